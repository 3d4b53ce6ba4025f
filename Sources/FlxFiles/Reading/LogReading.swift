import FlxCore

/// The options for reading a foreign log, for everything missing in the log itself.
package struct LogReading: Sendable {
    /// The name of the log; a part of the ids of events without an id.
    package var origin = ""
    /// The zone of times without one.
    package var zone: ZoneOffset?
    /// The delimiter of the cells of a table; nil to take it from the first line.
    package var delimiter: CSVDelimiter?

    package init(origin: String = "", zone: ZoneOffset? = nil, delimiter: CSVDelimiter? = nil) {
        (self.origin, self.zone, self.delimiter) = (origin, zone, delimiter)
    }

    /// An id for an event without one, computed from the log, the place in it, and the event itself.
    ///
    /// The same log gives the same ids on each import, even after growth at its end. Equal events in one log or in two have different ids.
    func id(of event: [UInt8], at place: [Int]) -> EventID {
        let place = place.map(String.init).joined(separator: ".")
        return EventID(derivedFrom: "\(origin)\n\(place)\n" + String(decoding: event, as: UTF8.self))
    }

    /// A time of the log with its zone.
    /// - Throws: ``FlxError/Code/invalidValue`` for a time without one, if no zone is given.
    func time(_ text: String) throws(FlxError) -> String {
        guard let local = ZoneOffset.local(text) else { return ZoneOffset.withPlainZone(text) ?? text }
        guard let zone else {
            throw FlxError(.invalidValue, "the time '\(text.prefix(40))' has no zone; --zone +01:00 gives one to such times")
        }
        return local + zone.text
    }
}

/// The distance of a zone from UTC.
package struct ZoneOffset: Equatable, Sendable {
    /// As RFC 3339 writes it.
    let text: String

    /// Reads `Z`, `UTC`, or an offset such as `+01:00`.
    package init?(argument: String) {
        if argument == "Z" || argument == "UTC" {
            text = "Z"
            return
        }
        let bytes = Array(argument.utf8)
        guard bytes.count == 6, bytes[0] == UInt8(ascii: "+") || bytes[0] == UInt8(ascii: "-"), bytes[3] == UInt8(ascii: ":"),
            let hours = Self.number(bytes[1...2]), let minutes = Self.number(bytes[4...5]), hours < 24, minutes < 60
        else { return nil }
        text = argument
    }

    /// A date, or a date and a time, without a zone, reduced to the form of RFC 3339; nil for any other text.
    static func local(_ text: String) -> String? {
        let bytes = Array(text.utf8)
        guard bytes.count >= 10, number(bytes[0...3]) != nil, bytes[4] == UInt8(ascii: "-"), number(bytes[5...6]) != nil,
            bytes[7] == UInt8(ascii: "-"), number(bytes[8...9]) != nil
        else { return nil }
        let date = String(decoding: bytes[..<10], as: UTF8.self)
        guard bytes.count > 10 else { return date + "T00:00:00" }
        guard bytes[10] == UInt8(ascii: "T") || bytes[10] == UInt8(ascii: " ") || bytes[10] == UInt8(ascii: "t"), bytes.count >= 16,
            number(bytes[11...12]) != nil, bytes[13] == UInt8(ascii: ":"), number(bytes[14...15]) != nil
        else { return nil }
        let minutes = date + "T" + String(decoding: bytes[11..<16], as: UTF8.self)
        guard bytes.count > 16 else { return minutes + ":00" }
        guard bytes.count >= 19, bytes[16] == UInt8(ascii: ":"), number(bytes[17...18]) != nil else { return nil }
        let fraction = bytes[19...]
        guard fraction.isEmpty || fraction.first == UInt8(ascii: ".") && fraction.count > 1 && number(fraction.dropFirst()) != nil else {
            return nil
        }
        return minutes + String(decoding: bytes[16...], as: UTF8.self)
    }

    /// A time with a zone in another form than RFC 3339, as in databases and other programs: `+0200`, `+02` or ` UTC`. Nil for any other
    /// text.
    static func withPlainZone(_ text: String) -> String? {
        let bytes = Array(text.utf8)
        if text.ends(with: " UTC") { return local(String(decoding: bytes.dropLast(4), as: UTF8.self)).map { $0 + "Z" } }
        // The hyphens of a date come earlier.
        guard bytes.count > 16, let sign = bytes[16...].lastIndex(where: { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") })
        else { return nil }
        let digits = bytes[(sign + 1)...]
        guard digits.count == 2 || digits.count == 4, number(digits) != nil,
            let zone = ZoneOffset(
                argument: String(decoding: bytes[sign...(sign + 2)], as: UTF8.self) + ":"
                    + (digits.count == 2 ? "00" : String(decoding: digits.suffix(2), as: UTF8.self)))
        else { return nil }
        return local(String(decoding: bytes[..<sign], as: UTF8.self)).map { $0 + zone.text }
    }

    /// The number in digits, if it fits; nil for anything else.
    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        guard digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return digits.prefix(9).reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }
}

/// The delimiter of the cells of a table.
package struct CSVDelimiter: Equatable, Sendable {
    /// The delimiters that are detected, the usual one first.
    static let all: [UInt8] = [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t"), UInt8(ascii: "|")]

    let byte: UInt8

    init(byte: UInt8) { self.byte = byte }

    /// Reads a character of ASCII, or `tab`.
    package init?(argument: String) {
        if argument == "tab" || argument == "\\t" {
            byte = UInt8(ascii: "\t")
            return
        }
        guard argument.utf8.count == 1, let byte = argument.utf8.first, byte == 0x09 || byte >= 0x20 && byte < 0x7F,
            byte != UInt8(ascii: "\"")
        else { return nil }
        self.byte = byte
    }

    /// The delimiter from a first line `sep=;`, written by some spreadsheets; nil for any other line.
    init?(told line: ArraySlice<UInt8>) {
        let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
        guard line.count == 5, line.starts(with: "sep=".utf8), let byte = line.last, byte == 0x09 || byte >= 0x20 && byte < 0x7F,
            byte != UInt8(ascii: "\"")
        else { return nil }
        self.byte = byte
    }

    /// The delimiter after the first name of a table written by this program, else the most frequent one of the first line, outside of
    /// quotes; a comma if there is none.
    init(in header: ArraySlice<UInt8>) {
        let mark = FlatReading.mark.utf8
        if header.starts(with: mark), let next = header.dropFirst(mark.count).first, Self.all.contains(next) {
            byte = next
            return
        }
        var counts: [UInt8: Int] = [:]
        var isQuoted = false
        for byte in header {
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if !isQuoted, Self.all.contains(byte) { counts[byte, default: 0] += 1 }
        }
        let most = counts.values.max() ?? 0
        byte = Self.all.first { counts[$0, default: 0] == most } ?? UInt8(ascii: ",")
    }
}

/// The parts of a log without a place in events: their numbers by kind.
package struct LeftOut: Equatable, Sendable {
    package private(set) var counts: [(what: String, count: Int64)] = []

    mutating func add(_ what: String, _ count: Int64 = 1) {
        guard count > 0 else { return }
        if let index = counts.firstIndex(where: { $0.what == what }) {
            counts[index].count += count
        } else {
            counts.append((what, count))
        }
    }

    package static func == (left: LeftOut, right: LeftOut) -> Bool { left.counts.elementsEqual(right.counts, by: ==) }
}
