public import FlxCore
public import Logging

/// The treatment of an event with a payload that does not fit its schema.
public enum SchemaPolicy: Hashable, Sendable {
    /// Nothing is looked at.
    case off
    /// The event is recorded, with a warning in the log.
    case warn
    /// The event is refused, with everything else of the same append.
    case refuse
}

/// Compares payloads with their schemas before they are recorded: on a bus by ``Middleware/schemas(_:)``, or around a store by
/// ``EvolvingStore``, also for aggregates.
///
/// ```swift
/// let check = try SchemaCheck(registry.schemas, except: ["metric.seen": .off])
/// let bus = HybridEventBus(store: store, configuration: BusConfiguration(middleware: [.schemas(check)]))
/// ```
///
/// Types and versions without a schema pass.
public struct SchemaCheck: Sendable {
    private struct Rule: Sendable {
        let schema: JSONSchema
        let policy: SchemaPolicy
    }

    private let rules: [EventVersion: Rule]
    /// Invalid schemas, and those with references to missing documents: their events cannot be compared.
    private let incomplete: [EventVersion: FlxError]
    private let logger: Logger

    /// Compiles schemas.
    /// - Parameters:
    ///   - policy: The treatment of events that do not fit.
    ///   - exceptions: Another policy for some types.
    ///   - resolver: The source of documents referred to in the schemas.
    ///   - assertingFormats: True to check `format` too; see ``JSONSchema``.
    ///   - logger: The logger for warnings.
    /// - Throws: All errors of ``JSONSchema`` for an invalid schema, with the type's name.
    public init(
        _ schemas: [EventSchema], policy: SchemaPolicy = .refuse, except exceptions: [EventType: SchemaPolicy] = [:],
        resolving resolver: SchemaResolver = .none, assertingFormats: Bool = false, logger: Logger = Logger(label: "flx")
    ) throws(FlxError) {
        var rules: [EventVersion: Rule] = [:]
        for schema in schemas {
            let policy = exceptions[schema.subject.type] ?? policy
            if policy == .off { continue }
            do {
                let compiled = try JSONSchema(schema.document, resolving: resolver, assertingFormats: assertingFormats)
                rules[schema.subject] = Rule(schema: compiled, policy: policy)
            } catch {
                throw FlxError(error.code, "\(schema.subject): \(error.message)", cause: error.cause)
            }
        }
        self.rules = rules
        incomplete = [:]
        self.logger = logger
    }

    /// Compiles the schemas registered in a store, possibly by others. A schema that is invalid, or refers to a missing document, refuses
    /// events of its own version, and no others.
    package init(registered schemas: [EventSchema], resolving resolver: SchemaResolver = .none) {
        var (rules, incomplete) = ([EventVersion: Rule](), [EventVersion: FlxError]())
        for schema in schemas {
            do {
                rules[schema.subject] = Rule(schema: try JSONSchema(schema.document, resolving: resolver), policy: .refuse)
            } catch {
                incomplete[schema.subject] = error
            }
        }
        (self.rules, self.incomplete, logger) = (rules, incomplete, Logger(label: "flx"))
    }

    /// Returns true if there is a schema for a version.
    package func covers(_ version: EventVersion) -> Bool { rules[version] != nil || incomplete[version] != nil }

    /// Compares one event, with data in any content type.
    /// - Throws: ``FlxError/Code/schemaViolation`` with the field and the reason, if the policy is to refuse;
    ///   ``FlxError/Code/limitExceeded`` then for a payload with more work than ``SchemaLimits``.
    public func check(_ event: Event) throws(FlxError) {
        let refuses = rules[EventVersion(of: event)].map { $0.policy == .refuse } ?? true
        let fault: String?
        do {
            fault = try self.fault(of: event)
        } catch {
            if refuses { throw error }
            fault = error.message
        }
        guard let fault else { return }
        let message = "event \(event.id), \(EventVersion(of: event)): \(fault)"
        if refuses { throw FlxError(.schemaViolation, message) }
        logger.warning("event does not fit its schema", metadata: ["event.id": "\(event.id)", "reason": "\(message)"])
    }

    /// The reason why an event does not fit; nil if it fits, or has no schema.
    package func fault(of event: Event) throws(FlxError) -> String? {
        let version = EventVersion(of: event)
        if let error = incomplete[version] { return "it cannot be compared with its schema: \(error.message)" }
        return try rules[version].flatMap { rule throws(FlxError) in try Self.fault(of: event, by: rule.schema) }
    }

    private static func fault(of event: Event, by schema: JSONSchema) throws(FlxError) -> String? {
        let data: EventValue
        do {
            data = try event.data
        } catch {
            return "its data cannot be read: \(error.message)"
        }
        let violations = try schema.violations(of: data)
        guard let first = violations.first else { return nil }
        return violations.count > 1 ? "\(first); and \(violations.count - 1) more" : "\(first)"
    }
}

extension Middleware {
    /// Compares each event with its schema before it is recorded. A refused event refuses the whole publish.
    public static func schemas(_ check: SchemaCheck) -> Middleware {
        .validate { event throws(FlxError) in try check.check(event) }
    }
}
