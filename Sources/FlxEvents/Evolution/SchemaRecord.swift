import FlxCore

/// The registration of a version of a schema.
struct SchemaRegistered: DomainEvent, Codable {
    static let eventType: EventType = "flx.schema.registered"

    let type: String
    let version: Int
    let schema: EventValue

    init(_ schema: EventSchema) {
        type = schema.subject.type.description
        version = schema.subject.version
        self.schema = schema.document
    }

    var eventSchema: EventSchema {
        get throws(FlxError) { EventSchema(try EventType(type), version: version, schema) }
    }
}

extension SchemaRegistry.Contents {
    /// Adds the content of a record. An unreadable or unusable record is a fault, and stops nothing.
    mutating func add(_ recorded: RecordedEvent) {
        version = recorded.version
        guard recorded.event.type == SchemaRegistered.eventType else { return }
        do throws(FlxError) {
            let schema = try recorded.event.decode(as: SchemaRegistered.self).eventSchema
            try schema.check(takingAnyDialect: true)
            if let known = schemas[schema.subject] {
                guard known.isSame(as: schema) else {
                    throw FlxError(.registration, "\(schema.subject) is registered before it with another schema; that one counts")
                }
                return
            }
            schemas[schema.subject] = schema
            entries.append(.init(schema: schema, time: recorded.event.time ?? recorded.recordedTime))
        } catch {
            faults.append(.init(position: recorded.position, reason: error.message))
        }
    }
}

extension EventSchema {
    /// Returns true if two schemas of a version ask the same.
    func isSame(as other: EventSchema) -> Bool { document.bareSchema.canonical() == other.document.bareSchema.canonical() }

    /// Throws for a schema with an impossible keyword, and for an invalid version.
    func check(resolving resolver: SchemaResolver = .none, takingAnyDialect: Bool = false) throws(FlxError) {
        guard subject.version >= 1 else { throw FlxError(.invalidValue, "\(subject): a version is 1 or more") }
        do throws(FlxError) {
            // Recorded schemas are kept, in any dialect.
            try JSONSchema.check(document, resolving: resolver, takingAnyDialect: takingAnyDialect)
        } catch {
            throw FlxError(error.code, "\(subject): \(error.message)")
        }
    }
}
