import FlxCore

/// The number of parked events that a retry handles per second.
package enum RetryRate {
    /// One event a day: a smaller rate, which only an old record can have, counts as this one.
    private static let lowest = 1.0 / 86_400

    /// Refuses a rate that is none.
    /// - Throws: ``FlxError/Code/invalidValue``.
    package static func check(_ perSecond: Double?) throws(FlxError) {
        guard let perSecond, !(perSecond >= lowest && perSecond.isFinite) else { return }
        throw FlxError(.invalidValue, "retry: a rate of \(perSecond) events a second; it must be at least \(lowest), which is one a day")
    }

    /// The pause between two events, whatever is on record; nil for none.
    static func pause(_ perSecond: Double?) -> Duration? {
        guard let perSecond, perSecond > 0 else { return nil }
        return .seconds(1 / max(perSecond, lowest))
    }
}
