import FlxCore

extension Event {
    /// The value of an attribute of CloudEvents; nil if the event does not have it.
    func attribute(_ name: String) throws(FlxError) -> EventValue? {
        switch name {
        case "id": return .string(id.description)
        case "type": return .string(type.description)
        case "source": return .string(source)
        case "subject": return stream.map { .string($0.description) }
        case "time": return time.map { .string($0.description) }
        case "dataschema": return dataSchema.map { .string($0) }
        case "schemaversion": return .int(schemaVersion)
        case "correlationid": return correlationID.map { .string($0.description) }
        case "causationid": return causationID.map { .string($0.description) }
        case "userid": return userID.map { .string($0) }
        case "partitionkey": return partitionKey.map { .string($0) }
        case "tags": return tags.isEmpty ? nil : .string(tags.map(\.description).joined(separator: ","))
        case "traceparent": return trace.map { .string($0.parent) }
        case "tracestate": return trace?.state.map { .string($0) }
        default:
            switch extensions[try ExtensionName(name)] {
            case .bool(let value): return .bool(value)
            case .integer(let value): return .int(value)
            case .string(let value): return .string(value)
            case nil: return nil
            }
        }
    }

    /// Sets an attribute of the event, or removes it.
    /// - Throws: ``FlxError/Code/invalidValue`` or ``FlxError/Code/typeMismatch`` for an invalid value, and for the removal of a required
    ///   attribute.
    mutating func setAttribute(_ name: String, to value: EventValue?) throws(FlxError) {
        let value = value == .null ? nil : value
        switch name {
        case "id", "type", "source":
            guard let text = try value.map({ value throws(FlxError) in try value.attributeText }) else {
                throw FlxError(.invalidValue, "every event has the attribute '\(name)'")
            }
            switch name {
            case "id": id = try EventID(text)
            case "type": type = try EventType(text)
            default: source = text
            }
        case "schemaversion":
            guard let version = value == nil ? 1 : value?.int, version >= 1 else {
                throw FlxError(.invalidValue, "'\(value ?? .null)' is no schema version")
            }
            schemaVersion = version
        case "traceparent", "tracestate":
            throw FlxError(.invalidValue, "the trace of an event is not changed by a transform")
        case "tags": try setTags(value)
        case "subject", "time", "dataschema", "correlationid", "causationid", "userid", "partitionkey":
            try setText(name, to: try value.map { value throws(FlxError) in try value.attributeText })
        default: extensions[try ExtensionName(name)] = try value.map { value throws(FlxError) in try value.extensionValue }
        }
        try checkAttributes()
    }

    private mutating func setText(_ name: String, to text: String?) throws(FlxError) {
        switch name {
        case "subject": stream = try text.map { text throws(FlxError) in try StreamName(text) }
        case "time": time = try text.map { text throws(FlxError) in try Timestamp(text) }
        case "correlationid": correlationID = try text.map { text throws(FlxError) in try EventID(text) }
        case "causationid": causationID = try text.map { text throws(FlxError) in try EventID(text) }
        case "dataschema": dataSchema = text
        case "userid": userID = text
        default: partitionKey = text
        }
    }

    private mutating func setTags(_ value: EventValue?) throws(FlxError) {
        var labels: [Tag] = []
        switch value {
        case nil: break
        case .array(let elements):
            for element in elements { labels.append(try Tag(try element.attributeText)) }
        case let value?:
            for label in try value.attributeText.parts(at: ",") {
                labels.append(try Tag(String(label)))
            }
        }
        tags = labels
    }
}

extension EventValue {
    /// The value as the text of an attribute.
    var attributeText: String {
        get throws(FlxError) {
            switch self {
            case .string(let text): return text
            case .number(let number): return number.text
            case .bool(let value): return value ? "true" : "false"
            default: throw FlxError(.typeMismatch, "\(kind) cannot be an attribute: those are texts, numbers and booleans")
            }
        }
    }

    fileprivate var extensionValue: ExtensionValue {
        get throws(FlxError) {
            switch self {
            case .bool(let value): return .bool(value)
            case .number(let number):
                guard let integer = Int32(number.text) else { return .string(number.text) }
                return .integer(integer)
            default: return .string(try attributeText)
            }
        }
    }
}
