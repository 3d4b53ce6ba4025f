public import FlxCore

/// A given/when/then test that came out otherwise.
public struct ScenarioFailure: Error, CustomStringConvertible {
    /// The name of what was tested.
    public let subject: String
    /// What had happened.
    public let events: [Event]
    /// What should have been.
    public let expected: String
    /// What was.
    public let seen: String

    /// All of it, a line each.
    public var description: String {
        let happened = events.enumerated().map { number, event in
            "  event \(number + 1): \(event.type) \(String(decoding: event.payload.bytes.prefix(200), as: UTF8.self))"
        }
        return (["\(subject): \(expected)"] + happened + ["  seen: \(seen)"]).joined(separator: "\n")
    }
}
