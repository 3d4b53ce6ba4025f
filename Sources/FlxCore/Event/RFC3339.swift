/// One pass over a text in the grammar of RFC 3339: dates of the years 0000 to 9999, times of day with any number of digits, offsets.
package struct RFC3339 {
    /// A time of a day, as written in a text.
    struct TimeOfDay {
        /// Seconds since midnight, at the offset of the text; a leap second counts as the one after it.
        let seconds: Int64
        /// The part of a second in nanoseconds, cut off.
        let nanoseconds: Int64
        /// True if the text has a digit other than 0 after the nanoseconds.
        let isFiner: Bool
        let isLeapSecond: Bool
        /// The offset from UTC in seconds.
        let offset: Int64

        /// True if a day in UTC can have the second: 60 only at its end.
        var isPossible: Bool { !isLeapSecond || (seconds - offset) % 86_400 == 0 }
    }

    private let bytes: UnsafeBufferPointer<UInt8>
    private var place = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    /// Returns true if a text is a full-date.
    package static func isDate(_ text: String) -> Bool {
        scan(text) { scan in scan.date() != nil && scan.isAtEnd }
    }

    /// Returns true if a text is a full-time. Its second may be 60 at the end of a day in UTC.
    package static func isTime(_ text: String) -> Bool {
        scan(text) { scan in scan.timeOfDay()?.isPossible ?? false && scan.isAtEnd }
    }

    /// Returns true if a text is a date-time with `T` or `t`. Its second may be 60 at the end of June and December in UTC.
    package static func isDateTime(_ text: String) -> Bool {
        scan(text) { scan in
            guard let day = scan.date(), scan.take("T", "t"), let time = scan.timeOfDay(), scan.isAtEnd else { return false }
            return isPossible(time, on: day)
        }
    }

    private static func scan(_ text: String, _ body: (inout RFC3339) -> Bool) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            var scan = RFC3339(bytes)
            return body(&scan)
        }
    }

    /// Returns true if the day of a time can have its second: 60 only at the place of a leap second (section 5.7).
    static func isPossible(_ time: TimeOfDay, on day: Int64) -> Bool {
        guard time.isLeapSecond else { return true }
        guard time.isPossible else { return false }
        // The second after it begins a July or a January.
        let next = CivilDate.date(days: day + (time.seconds - time.offset).quotientAndRemainder(dividingBy: 86_400).quotient)
        return next.day == 1 && (next.month == 1 || next.month == 7)
    }

    /// True if all was read.
    var isAtEnd: Bool { place == bytes.count }

    /// Passes one of some characters.
    mutating func take(_ scalars: Unicode.Scalar...) -> Bool {
        guard place < bytes.count, scalars.contains(where: { bytes[place] == UInt8(ascii: $0) }) else { return false }
        place += 1
        return true
    }

    /// Reads a full-date; its days since 1970.
    mutating func date() -> Int64? {
        guard let year = number(4), take("-"), let month = number(2), take("-"), let day = number(2), (1...12).contains(month), day >= 1,
            day <= CivilDate.length(year: year, month: month)
        else { return nil }
        return CivilDate.days(year: year, month: month, day: day)
    }

    /// Reads a full-time: hour, minute, second, fraction and offset.
    mutating func timeOfDay() -> TimeOfDay? {
        guard let hour = number(2), take(":"), let minute = number(2), take(":"), let second = number(2), hour < 24, minute < 60,
            second <= 60, let (nanoseconds, isFiner) = fraction(), let offset = zone()
        else { return nil }
        return TimeOfDay(
            seconds: hour * 3600 + minute * 60 + second, nanoseconds: nanoseconds, isFiner: isFiner, isLeapSecond: second == 60,
            offset: offset)
    }

    private mutating func number(_ digits: Int) -> Int64? {
        guard place + digits <= bytes.count else { return nil }
        var value: Int64 = 0
        for index in place..<place + digits {
            guard (0x30...0x39).contains(bytes[index]) else { return nil }
            value = value * 10 + Int64(bytes[index] - 0x30)
        }
        place += digits
        return value
    }

    private mutating func fraction() -> (nanoseconds: Int64, isFiner: Bool)? {
        guard take(".") else { return (0, false) }
        var (value, digits, isFiner): (Int64, Int, Bool) = (0, 0, false)
        while place < bytes.count, (0x30...0x39).contains(bytes[place]) {
            let digit = Int64(bytes[place] - 0x30)
            if digits < 9 { value = value * 10 + digit } else if digit != 0 { isFiner = true }
            digits += 1
            place += 1
        }
        guard digits > 0 else { return nil }
        for _ in digits..<max(9, digits) { value *= 10 }
        return (value, isFiner)
    }

    private mutating func zone() -> Int64? {
        if take("Z", "z") { return 0 }
        let sign: Int64
        if take("+") { sign = 1 } else if take("-") { sign = -1 } else { return nil }
        guard let hours = number(2), take(":"), let minutes = number(2), hours < 24, minutes < 60 else { return nil }
        return sign * (hours * 3600 + minutes * 60)
    }
}
