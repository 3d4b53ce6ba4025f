/// The reason for refusing a text as a time.
package enum TimestampFault: Error {
    /// The text is not in the grammar, or names a day or an hour that does not exist.
    case noTime
    /// The second is 60 at a time without a leap second.
    case noLeapSecond
    /// It has digits beyond nanoseconds.
    case tooFine
    /// The time is before the first or after the last of the range.
    case outOfRange

    /// The fault as a sentence about a text.
    package func message(_ text: String) -> String {
        let shown = "'\(text.prefix(40))'"
        return switch self {
        case .noTime: "\(shown) is no time of RFC 3339, such as 2026-01-31T12:00:00Z"
        case .noLeapSecond: "\(shown): a second 60 can only be the last one of June or December in UTC"
        case .tooFine: "\(shown) is finer than a nanosecond: at most 9 digits after the point can be kept"
        case .outOfRange:
            "\(shown) cannot be kept: times go from \(Timestamp(nanoseconds: .min)) to \(Timestamp(nanoseconds: .max))"
        }
    }
}
