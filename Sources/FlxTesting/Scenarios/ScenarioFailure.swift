public import FlxCore

/// The failure of a given/when/then test.
public struct ScenarioFailure: Error, CustomStringConvertible {
    /// The name of the tested subject.
    public let subject: String
    /// The events of the scenario.
    public let events: [Event]
    /// The expected result.
    public let expected: String
    /// The observed result.
    public let seen: String

    /// The whole failure in several lines.
    public var description: String {
        let happened = events.enumerated().map { number, event in
            "  event \(number + 1): \(event.type) \(String(decoding: event.payload.bytes.prefix(200), as: UTF8.self))"
        }
        return (["\(subject): \(expected)"] + happened + ["  seen: \(seen)"]).joined(separator: "\n")
    }
}
