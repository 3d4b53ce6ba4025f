public import FlxCore
import OrderedCollections

extension Transform: JSONCodable, Codable {
    /// The steps as a value of JSON.
    public var value: EventValue { .array(steps.map(\.value)) }

    /// Reads steps.
    /// - Throws: ``FlxError/Code/invalidValue`` or ``FlxError/Code/typeMismatch`` for an invalid step, naming it.
    public init(_ value: EventValue) throws(FlxError) {
        self.init(try Step.list(value, depth: 0))
    }

    /// Writes the steps as an array.
    public func write(to json: inout JSONWriter) throws(FlxError) { try value.write(to: &json) }

    /// Reads an array of steps.
    public init(json: inout JSONReader) throws(FlxError) { try self.init(try EventValue(json: &json)) }

    /// Writes the steps as an array.
    public func encode(to encoder: any Encoder) throws { try value.encode(to: encoder) }

    /// Reads an array of steps.
    public init(from decoder: any Decoder) throws { try self.init(try EventValue(from: decoder)) }
}

extension Transform.Step {
    /// The step as an object of JSON.
    public var value: EventValue {
        var object: EventValue = [:]
        switch self {
        case .rename(let source, let target): (object["rename"], object["to"]) = (source.value, target.value)
        case .drop(let place): object["drop"] = place.value
        case .set(let place, let value): (object["set"], object["value"]) = (place.value, value)
        case .default(let place, let value): (object["default"], object["value"]) = (place.value, value)
        case .copy(let source, let target): (object["copy"], object["to"]) = (source.value, target.value)
        case .compute(let place, let function, let sources):
            (object["compute"], object["by"]) = (place.value, .string(function.rawValue))
            object["of"] = .array(sources.map(\.value))
        case .retype(let type, let version):
            object["retype"] = type.map { .string($0.description) } ?? .null
            object["version"] = version.map { .int($0) }
        case .convert(let type): object["convert"] = .string(type.rawValue)
        case .split(let source, let target, let type):
            (object["split"], object["to"]) = (source.value, target.value)
            object["type"] = type.map { .string($0.description) }
        case .when(let pattern, let steps):
            (object["when"], object["do"]) = (.string(pattern.description), .array(steps.map(\.value)))
        }
        return object
    }

    static func list(_ value: EventValue, depth: Int) throws(FlxError) -> [Transform.Step] {
        guard case .array(let elements) = value else { throw FlxError(.typeMismatch, "a transform is an array of steps") }
        guard depth < deepest else { throw FlxError(.limitExceeded, "steps are nested deeper than \(deepest) levels") }
        var steps: [Transform.Step] = []
        for (index, element) in elements.enumerated() {
            do {
                steps.append(try Transform.Step(element, depth: depth))
            } catch {
                throw FlxError(error.code, "step \(index + 1): \(error.message)", cause: error.cause)
            }
        }
        return steps
    }

    private init(_ value: EventValue, depth: Int) throws(FlxError) {
        var fields = try StepFields(value)
        switch fields.kind {
        case "rename": self = .rename(try fields.reference("rename"), to: try fields.reference("to"))
        case "drop": self = .drop(try fields.reference("drop"))
        case "set": self = .set(try fields.reference("set"), try fields.take("value"))
        case "default": self = .default(try fields.reference("default"), try fields.take("value"))
        case "copy": self = .copy(try fields.reference("copy"), to: try fields.reference("to"))
        case "compute":
            let place = try fields.reference("compute")
            guard let function = Transform.Function(rawValue: try fields.text("by")) else {
                let known = Transform.Function.allCases.map(\.rawValue).joined(separator: ", ")
                throw FlxError(.invalidValue, "'by' names no function; there are \(known)")
            }
            self = .compute(place, function, of: try fields.references("of"))
        case "retype":
            let type = try fields.take("retype")
            let version = fields.optional("version")
            guard version == nil || version?.int.map({ $0 >= 1 }) == true else {
                throw FlxError(.invalidValue, "'version' must be 1 or more")
            }
            self = .retype(type == .null ? nil : try EventType(try type.attributeText), version: version?.int)
        case "convert":
            guard let type = ContentType(rawValue: try fields.text("convert")) else {
                throw FlxError(.invalidValue, "'convert' must be \(ContentType.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            self = .convert(type)
        case "split":
            let (source, target) = (try fields.reference("split"), try fields.reference("to"))
            let type = try fields.optional("type").map { type throws(FlxError) in try EventType(try type.attributeText) }
            self = .split(source, to: target, type: type)
        case "when":
            let pattern = try EventPattern(try fields.text("when"))
            self = .when(pattern, try Self.list(try fields.take("do"), depth: depth + 1))
        default:
            throw FlxError(.invalidValue, "it must have one of rename, drop, set, default, copy, compute, retype, convert, split, when")
        }
        try fields.finish()
    }
}

extension Transform.Reference {
    /// The reference as a text of JSON.
    fileprivate var value: EventValue { .string(description) }
}

/// The members of a step while they are read: each is asked for once, and none may be left over.
private struct StepFields {
    private static let kinds = ["rename", "drop", "set", "default", "copy", "compute", "retype", "convert", "split", "when"]

    private var fields: OrderedDictionary<ExactText, EventValue>
    let kind: String

    init(_ value: EventValue) throws(FlxError) {
        guard case .object(let fields) = value else { throw FlxError(.typeMismatch, "it is no object") }
        self.fields = fields
        kind = Self.kinds.first { fields[$0] != nil } ?? ""
    }

    mutating func optional(_ name: String) -> EventValue? { fields.removeValue(forKey: ExactText(name)) }

    mutating func take(_ name: String) throws(FlxError) -> EventValue {
        guard let value = optional(name) else { throw FlxError(.invalidValue, "'\(name)' is missing") }
        return value
    }

    mutating func text(_ name: String) throws(FlxError) -> String {
        guard case .string(let text) = try take(name) else { throw FlxError(.typeMismatch, "'\(name)' must be a text") }
        return text
    }

    mutating func reference(_ name: String) throws(FlxError) -> Transform.Reference {
        try Transform.Reference(try text(name))
    }

    mutating func references(_ name: String) throws(FlxError) -> [Transform.Reference] {
        guard case .array(let elements) = try take(name) else { throw FlxError(.typeMismatch, "'\(name)' must be an array") }
        var references: [Transform.Reference] = []
        for element in elements { references.append(try Transform.Reference(try element.attributeText)) }
        return references
    }

    func finish() throws(FlxError) {
        guard let left = fields.keys.first else { return }
        throw FlxError(.invalidValue, "'\(left.description.prefix(40))' is not known here")
    }
}
