import FlxEvents
import Foundation

/// Writes one JSON line for each measurement, in the form of the peers: name, unit, value (the median), and the runs behind it.
enum Report {
    static func emit(_ name: String, _ unit: String, _ values: [Double]) throws {
        let sorted = values.sorted()
        var json = JSONWriter()
        json.beginObject()
        try json.field("name", name)
        try json.field("unit", unit)
        try json.field("value", rounded(sorted[sorted.count / 2]))
        try json.field("runs", sorted.count)
        try json.field("min", rounded(sorted[0]))
        try json.field("max", rounded(sorted[sorted.count - 1]))
        json.endObject()
        FileHandle.standardOutput.write(Data(json.finish() + [UInt8(ascii: "\n")]))
    }

    private static func rounded(_ value: Double) -> Double { (value * 10_000).rounded() / 10_000 }
}
