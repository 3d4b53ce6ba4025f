import FlxEvents
import Foundation

/// Puts the measurements of both sides beside each other.
struct Table {
    private struct Entry {
        var unit: String
        var values: [Double] = []
        var median: Double { values.sorted()[values.count / 2] }
    }

    private var entries: [String: Entry] = [:]

    /// Reads measurements, one JSON object a line; of one that came in several rounds, the median counts.
    init(_ paths: [String]) throws {
        for path in paths {
            for line in try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n") {
                let value = try EventValue(json: Array(line.utf8))
                guard let name = value["name"]?.string, let number = value["value"]?.double else { continue }
                entries[name, default: Entry(unit: value["unit"]?.string ?? "")].values.append(number)
            }
        }
    }

    /// The table in Markdown.
    var text: String {
        let head = ["work", "ours", "beside it", "ratio", "goal", "met"]
        let rows = Goal.all.compactMap(row)
        return ([head, head.map { _ in "---" }] + rows).map { "| \($0.joined(separator: " | ")) |\n" }.joined()
    }

    private func row(_ goal: Goal) -> [String]? {
        guard let ours = entries[goal.ours] else { return nil }
        let other = goal.other.flatMap { entries[$0] }
        let ratio = goal.ratio(ours.median, other?.median)
        let met = goal.isMet(ours.median, ratio: ratio)
        return [
            goal.work, Self.format(ours), other.map(Self.format) ?? "–", ratio.map { "\(Self.format($0))x" } ?? "–", goal.text,
            met.map { $0 ? "yes" : "no" } ?? "–",
        ]
    }

    private static func format(_ entry: Entry) -> String {
        let rate = entry.unit.hasSuffix("/s")
        return rate ? "\(format(entry.median))/s" : "\(format(entry.median)) \(entry.unit == "us" ? "µs" : entry.unit)"
    }

    /// Three digits, or all before the point.
    static func format(_ value: Double) -> String {
        switch value {
        case 100_000...: "\(format((value / 1000).rounded()))k"
        case 100...: "\(Int(value.rounded()))"
        default:
            value == value.rounded() ? "\(Int(value))" : "\((value * (value < 10 ? 100 : 10)).rounded() / (value < 10 ? 100 : 10))"
        }
    }
}
