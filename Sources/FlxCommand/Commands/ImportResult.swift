import FlxCore
import FlxFiles

/// The result of an import, for people and for programs.
struct ImportResult {
    let tally: Importer.Tally
    let leftOut: LeftOut
    let seconds: Double
    let last: Position

    /// The figures.
    var sheet: Sheet {
        var sheet = Sheet()
        sheet.add("imported", "imported", tally.imported)
        sheet.add("known", "there before", tally.known)
        sheet.add("bad", "bad", tally.bad)
        if tally.knownByPlace > 0 { sheet.add("knownByPlace", "there before, by their place", tally.knownByPlace) }
        if !leftOut.counts.isEmpty {
            var counts: EventValue = [:]
            for (what, count) in leftOut.counts { counts[what] = .int(count) }
            sheet.add("leftOut", "left out", counts, leftOutText)
        }
        sheet.add("lastPosition", "last position", last.value)
        sheet.add("seconds", "time", EventValue(seconds) ?? .null, Quantity.time(seconds))
        sheet.add("eventsPerSecond", "rate", .int(Int64(Double(tally.total) / max(seconds, 1e-9))), Quantity.rate(tally.total, in: seconds))
        return sheet
    }

    /// Adds explanations to the figures.
    func say(of file: String, origin: String, on console: Console) {
        if !leftOut.counts.isEmpty { console.say("\(file): left out, since events have no place for them: \(leftOutText)") }
        guard tally.knownByPlace > 0 else { return }
        console.say(
            """
            \(file): \(Quantity.grouped(tally.knownByPlace)) events without ids are the same, at the same places, as in an earlier import \
            of '\(origin)', and were taken for those. If this is another log of that name, --origin NAME tells them apart
            """)
    }

    private var leftOutText: String {
        leftOut.counts.map { "\(Quantity.grouped($0.count)) \($0.what)" }.joined(separator: ", ")
    }
}
