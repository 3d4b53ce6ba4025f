/// One promise of a contract, and a way to find out whether an implementation keeps it.
///
/// Rules know nothing of a test framework. With Swift Testing, a driver runs all of them as one parameterised test:
///
/// ```swift
/// @Test(arguments: EventStoreRules.all)
/// func conforms(_ rule: ConformanceRule<any EventStore>) async throws {
///     try await rule.check { MyEventStore() }
/// }
/// ```
public struct ConformanceRule<Subject: Sendable>: Sendable, CustomStringConvertible {
    /// A short name, stable across releases, such as `append.one-winner`.
    public let name: String
    /// The promise, in the words of the contract.
    public let promise: String

    private let body: @Sendable (_ make: @Sendable () async throws -> Subject) async throws -> Void

    /// Makes a rule of a check that throws when the promise is broken; for contracts of one's own.
    public init(
        _ name: String, _ promise: String,
        check body: @escaping @Sendable (_ make: @Sendable () async throws -> Subject) async throws -> Void
    ) {
        self.name = name
        self.promise = promise
        self.body = body
    }

    /// Checks the promise on a subject that is fresh and empty; the rule closes what it makes.
    /// - Throws: ``ConformanceFailure`` when the promise is broken, or the subject failed where it must not.
    public func check(_ make: @Sendable () async throws -> Subject) async throws {
        do {
            try await body(make)
        } catch let mismatch as Mismatch {
            throw ConformanceFailure(rule: name, promise: promise, expected: mismatch.expected, seen: mismatch.seen, seed: mismatch.seed)
        } catch {
            throw ConformanceFailure(rule: name, promise: promise, expected: "no error", seen: "\(error)", seed: nil)
        }
    }

    /// The name.
    public var description: String { name }
}

/// A broken promise: which, what was expected, and what was seen instead.
public struct ConformanceFailure: Error, Hashable, CustomStringConvertible {
    /// The name of the rule.
    public let rule: String
    /// The promise, in words.
    public let promise: String
    /// What should have been.
    public let expected: String
    /// What was.
    public let seen: String
    /// The seed that makes the same calls again, where they were random: pass it in the features.
    public let seed: UInt64?

    /// All of it, a line each.
    public var description: String {
        let lines = ["\(rule) is broken: \(promise)", "  expected: \(expected)", "  seen:     \(seen)"]
        return (lines + (seed.map { ["  seed:     \($0)"] } ?? [])).joined(separator: "\n")
    }
}
