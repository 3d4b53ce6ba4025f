/// One promise of a contract, with a check of an implementation.
///
/// Rules are independent of a test framework. With Swift Testing, a driver runs all of them as one parameterised test:
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

    /// Creates a rule from a check, for a contract of your own. The check must throw if the promise is broken.
    public init(
        _ name: String, _ promise: String,
        check body: @escaping @Sendable (_ make: @Sendable () async throws -> Subject) async throws -> Void
    ) {
        self.name = name
        self.promise = promise
        self.body = body
    }

    /// Checks the promise on new, empty subjects. The rule closes every subject it makes.
    /// - Throws: ``ConformanceFailure`` if the promise is broken, or the subject failed unexpectedly.
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

/// A broken promise: the rule, the expectation and the observation.
public struct ConformanceFailure: Error, Hashable, CustomStringConvertible {
    /// The name of the rule.
    public let rule: String
    /// The promise, in words.
    public let promise: String
    /// The expected result.
    public let expected: String
    /// The observed result.
    public let seen: String
    /// The seed for repeating random calls; nil if the rule has none. Pass it in the features.
    public let seed: UInt64?

    /// The whole failure in several lines.
    public var description: String {
        let lines = ["\(rule) is broken: \(promise)", "  expected: \(expected)", "  seen:     \(seen)"]
        return (lines + (seed.map { ["  seed:     \($0)"] } ?? [])).joined(separator: "\n")
    }
}
