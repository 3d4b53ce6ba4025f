import FlxCore

/// The error of a check with an unexpected result.
struct Mismatch: Error {
    let expected: String
    let seen: String
    private(set) var seed: UInt64?

    init(expected: String, seen: String) {
        self.expected = expected
        self.seen = seen
    }

    /// Wraps an error from a check, with the seed of the check.
    init(_ error: any Error, seed: UInt64) {
        self = error as? Mismatch ?? Mismatch(expected: "no error", seen: "\(error)")
        self.seed = seed
    }
}

/// Expects two values to be equal.
func expect<Value: Equatable>(_ what: @autoclosure () -> String, _ seen: Value, is expected: Value) throws {
    guard seen != expected else { return }
    throw Mismatch(expected: "\(what()): \(expected)", seen: "\(seen)")
}

/// Expects a condition to hold.
func expect(_ what: @autoclosure () -> String, _ holds: Bool, seen: @autoclosure () -> String = "not so") throws {
    guard !holds else { return }
    throw Mismatch(expected: what(), seen: seen())
}

/// Expects a call to throw an error with a code, and returns the error.
@discardableResult
func expect(
    _ code: FlxError.Code, or other: FlxError.Code? = nil, from what: @autoclosure () -> String, _ call: () async throws -> some Sendable
) async throws -> FlxError {
    do {
        let value = try await call()
        throw Mismatch(expected: "\(what()): the error \(code)", seen: "\(value)")
    } catch let error as FlxError {
        try expect("\(what()): the code of the error", error.code == code || error.code == other, seen: "\(error)")
        return error
    }
}

/// Expects two lists of events to be equal. A failure names the first difference.
func expect(_ what: @autoclosure () -> String, _ seen: [RecordedEvent], are expected: [RecordedEvent]) throws {
    guard seen != expected else { return }
    let place = zip(seen, expected).prefix { $0 == $1 }.count
    func words(_ events: [RecordedEvent]) -> String {
        let positions = events.prefix(30).map { "\($0.position)" }.joined(separator: " ")
        let event = place < events.count ? "\(events[place])" : "nothing"
        return "\(events.count) events at \(positions)\(events.count > 30 ? " …" : ""); number \(place + 1) is \(event)"
    }
    throw Mismatch(expected: "\(what()): \(words(expected))", seen: words(seen))
}

/// Runs a body with a time limit. If the body exceeds the limit, the rescue must release it, so nothing hangs.
func within<Value: Sendable>(
    _ limit: Duration, rescue: @escaping @Sendable () async -> Void, _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value?.self) { group in
        defer { group.cancelAll() }
        group.addTask { try await body() }
        group.addTask {
            try await ContinuousClock().sleep(for: limit)
            return nil
        }
        if case .some(.some(let value)) = try await group.next() { return value }
        await rescue()
        group.cancelAll()
        // The body's result is now caused by the rescue.
        _ = await group.nextResult()
        throw Mismatch(expected: "an end within \(limit)", seen: "a call that waits for ever")
    }
}
