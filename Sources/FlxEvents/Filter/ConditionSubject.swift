package import FlxCore

/// The subject of an expression: one event, with its data read.
package struct ConditionSubject {
    private let recorded: RecordedEvent
    private let data: EventValue?

    private static let attributes = [
        "position", "id", "type", "source", "subject", "version", "time", "recordedtime", "schemaversion", "correlationid", "causationid",
        "userid", "partitionkey", "dataschema", "datacontenttype", "tags",
    ]

    /// Returns true if a path may begin with the name: `data`, an attribute, `stream` for the subject, or `ext-` and an extension.
    static func isRoot(_ name: String) -> Bool {
        name == "data" || name == "stream" || attributes.contains(name) || name.begins(with: "ext-")
    }

    package init(_ recorded: RecordedEvent, data: EventValue?) {
        (self.recorded, self.data) = (recorded, data)
    }

    /// All values, under their names in paths.
    package var all: [(name: String, value: EventValue)] {
        let extensions = recorded.event.extensions.keys.sorted().map { "ext-\($0)" }
        let found = (Self.attributes + extensions).compactMap { name in attribute(name).map { (name, $0) } }
        return found + (data.map { [("data", $0)] } ?? [])
    }

    subscript(_ operand: EventCondition.Operand) -> EventValue? {
        switch operand {
        case .value(let value): value
        case .path(let path): self[path]
        }
    }

    subscript(_ path: EventCondition.Path) -> EventValue? {
        guard path.root == "data" else { return attribute(path.root) }
        var value = data
        for step in path.steps {
            switch step {
            case .key(let name): value = value?[name]
            case .index(let index): value = value?[index]
            }
        }
        return value
    }

    private func attribute(_ name: String) -> EventValue? {
        let event = recorded.event
        switch name {
        case "id": return .string(event.id.description)
        case "type": return .string(event.type.description)
        case "source": return .string(event.source)
        case "subject", "stream": return event.stream.map { .string($0.description) }
        case "time": return event.time.map { .string($0.description) }
        case "schemaversion": return .int(event.schemaVersion)
        case "datacontenttype": return event.payload.contentType.map { .string($0) }
        case "dataschema": return event.dataSchema.map { .string($0) }
        case "correlationid": return event.correlationID.map { .string($0.description) }
        case "causationid": return event.causationID.map { .string($0.description) }
        case "userid": return event.userID.map { .string($0) }
        case "partitionkey": return event.partitionKey.map { .string($0) }
        case "position": return .int(recorded.position.value)
        case "version": return .int(recorded.version.value)
        case "recordedtime": return .string(recorded.recordedTime.description)
        case "tags": return event.tags.isEmpty ? nil : .string(event.tags.map(\.description).joined(separator: ","))
        default: return name.without(prefix: "ext-").flatMap { extensionValue(String($0)) }
        }
    }

    private func extensionValue(_ name: String) -> EventValue? {
        switch (try? ExtensionName(name)).flatMap({ recorded.event.extensions[$0] }) {
        case .string(let text): .string(text)
        case .integer(let number): .int(number)
        case .bool(let value): .bool(value)
        case nil: nil
        }
    }
}
