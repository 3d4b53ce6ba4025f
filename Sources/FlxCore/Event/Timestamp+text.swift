/// Dates of the proleptic Gregorian calendar as days since 1970, after Howard Hinnant,
/// "chrono-Compatible Low-Level Date Algorithms" (2013).
enum CivilDate {
    /// The day number of a date.
    static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// The date of a day number.
    static func date(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }

    /// The number of days in a month.
    static func length(year: Int64, month: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

extension Timestamp {
    /// The mark of UTC in a text, and the number of digits of its fraction.
    public enum Style: Sendable {
        /// `Z`, and 0, 3, 6 or 9 digits, as few as are exact: the form of CloudEvents.
        case rfc3339
        /// `+00:00`, and 0 or 6 digits, finer parts cut off: the form of Python's `isoformat`.
        case python
    }

    /// The text of the instant.
    public func formatted(_ style: Style) -> String {
        String(unsafeUninitializedCapacity: 35) { write(style, into: $0) }
    }

    /// Writes the text, at most 35 bytes, and returns its length.
    package func write(_ style: Style, into buffer: UnsafeMutableBufferPointer<UInt8>) -> Int {
        precondition(buffer.count >= 35)
        func put(_ number: Int64, at place: Int, then separator: Unicode.Scalar) {
            buffer[place] = UInt8(truncatingIfNeeded: number / 10) + 0x30
            buffer[place + 1] = UInt8(truncatingIfNeeded: number % 10) + 0x30
            buffer[place + 2] = UInt8(ascii: separator)
        }
        var (seconds, fraction) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        if fraction < 0 { seconds -= 1; fraction += 1_000_000_000 }
        var (days, second) = seconds.quotientAndRemainder(dividingBy: 86_400)
        if second < 0 { days -= 1; second += 86_400 }
        let date = CivilDate.date(days: days)
        put(date.year / 100, at: 0, then: "0")
        put(date.year % 100, at: 2, then: "-")
        put(date.month, at: 5, then: "-")
        put(date.day, at: 8, then: "T")
        put(second / 3600, at: 11, then: ":")
        put(second / 60 % 60, at: 14, then: ":")
        put(second % 60, at: 17, then: "Z")
        let end = writeFraction(fraction, style, into: buffer)
        guard style == .python else {
            buffer[end] = UInt8(ascii: "Z")
            return end + 1
        }
        buffer[end] = UInt8(ascii: "+")
        put(0, at: end + 1, then: ":")
        put(0, at: end + 4, then: "Z")
        return end + 6
    }

    /// Writes the point and the digits after it at their place, and returns their end.
    private func writeFraction(_ fraction: Int64, _ style: Style, into buffer: UnsafeMutableBufferPointer<UInt8>) -> Int {
        let digits =
            switch style {
            case .python: fraction / 1000 == 0 ? 0 : 6
            case .rfc3339: fraction == 0 ? 0 : fraction % 1_000_000 == 0 ? 3 : fraction % 1000 == 0 ? 6 : 9
            }
        guard digits > 0 else { return 19 }
        buffer[19] = UInt8(ascii: ".")
        var rest = digits == 9 ? fraction : digits == 6 ? fraction / 1000 : fraction / 1_000_000
        for place in stride(from: 19 + digits, to: 19, by: -1) {
            buffer[place] = UInt8(truncatingIfNeeded: rest % 10) + 0x30
            rest /= 10
        }
        return 20 + digits
    }

    /// Reads the text of RFC 3339: any offset, `T`, `t` or a space, and up to 9 digits of fraction (further digits must be 0). A leap
    /// second at the end of June or December in UTC becomes the second after it.
    /// - Throws: ``FlxError/Code/invalidValue`` with the reason: the text is not of this form, finer than nanoseconds, or outside the
    ///   range.
    public init(_ text: String) throws(FlxError) {
        do {
            try self.init(reading: text)
        } catch {
            throw FlxError(.invalidValue, "time: \(error.message(text))")
        }
    }

    /// Reads the text of RFC 3339, or a date alone as its midnight in UTC.
    package init(dayOrTime text: String) throws(TimestampFault) {
        try self.init(reading: RFC3339.isDate(text) ? text + "T00:00:00Z" : text)
    }

    private init(reading text: String) throws(TimestampFault) {
        var copy = text
        let result: Result<Timestamp, TimestampFault> = copy.withUTF8 { bytes in
            do throws(TimestampFault) { return .success(try Self.read(bytes)) } catch { return .failure(error) }
        }
        self = try result.get()
    }

    /// Reads the text from its bytes; nil for another text.
    package init?(utf8 bytes: UnsafeBufferPointer<UInt8>) {
        guard let time = try? Self.read(bytes) else { return nil }
        self = time
    }

    private static func read(_ bytes: UnsafeBufferPointer<UInt8>) throws(TimestampFault) -> Timestamp {
        var scan = RFC3339(bytes)
        guard let day = scan.date(), scan.take("T", "t", " "), let time = scan.timeOfDay(), scan.isAtEnd else { throw .noTime }
        guard RFC3339.isPossible(time, on: day) else { throw .noLeapSecond }
        let seconds = Int128(day * 86_400 + time.seconds - time.offset)
        guard let nanoseconds = Int64(exactly: seconds * 1_000_000_000 + Int128(time.nanoseconds)) else { throw .outOfRange }
        guard !time.isFiner else { throw .tooFine }
        return Timestamp(nanoseconds: nanoseconds)
    }
}

extension Timestamp: CustomStringConvertible {
    /// The text in RFC 3339 with `Z`.
    public var description: String { formatted(.rfc3339) }
}
