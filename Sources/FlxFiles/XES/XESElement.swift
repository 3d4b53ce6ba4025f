import FlxCore

/// An element of XES with attributes: an event, a trace, or an attribute itself.
///
/// An attribute is a field of JSON. A list is an array of objects, each with the key and the value of one of its attributes; a container is
/// an object. Attributes of an attribute `k` are the object `k:attributes` beside it.
struct XESElement {
    private enum Kind { case group, values, plain, list, container }

    /// The names of the elements for attributes.
    static let kinds: Set = ["string", "date", "int", "float", "boolean", "id", "list", "container"]

    /// Longer than any pointer in an export.
    private static let longestKey = 1 << 16

    private let kind: Kind
    private let key: String
    private let value: EventValue
    private var keys: Set<[UInt8]> = []
    /// The attributes of the values of a list, each as an object.
    private var values: [EventValue] = []
    /// True if the list has an element around its values.
    private var hasValues = false
    /// The attributes of the element.
    private(set) var fields: [(name: String, value: EventValue)] = []

    private init(_ kind: Kind) {
        (self.kind, key, value) = (kind, "", .null)
    }

    /// An event or a trace.
    static var group: XESElement { XESElement(.group) }
    /// The element around the values of a list.
    static var values: XESElement { XESElement(.values) }

    /// An attribute.
    /// - Throws: ``FlxError/Code/malformed`` without a key or without a value.
    init(_ tag: XMLTag) throws(FlxError) {
        guard let key = tag["key"] else { throw FlxError(.malformed, "a '\(tag.name)' has no key") }
        guard key.utf8.count <= Self.longestKey else { throw FlxError(.limitExceeded, "a key of \(key.utf8.count) bytes is too long") }
        self.key = key
        kind = tag.name == "list" ? .list : tag.name == "container" ? .container : .plain
        guard kind == .plain else {
            value = .null
            return
        }
        guard let text = tag["value"] else { throw FlxError(.malformed, "the attribute '\(key.prefix(40))' has no value") }
        switch tag.name {
        // A number outside JSON, such as NaN, stays a text.
        case "int", "float": value = JSONNumber(text).map { .number($0) } ?? .string(text)
        case "boolean": value = text == "true" || text == "1" ? true : text == "false" || text == "0" ? false : .string(text)
        default: value = .string(text)
        }
    }

    var isList: Bool { kind == .list }

    /// Takes an inner element at its end.
    /// - Throws: ``FlxError/Code/malformed`` for a repeated key.
    mutating func take(_ element: XESElement) throws(FlxError) {
        if kind == .values {
            values.append(try Self.object(try element.entries))
        } else if element.kind == .values {
            hasValues = true
            values += element.values
        } else if kind == .list {
            // Their keys may repeat: without an element around them they are the values of the list.
            fields += try element.entries
        } else {
            for (name, value) in try element.entries {
                guard keys.insert(Array(name.utf8)).inserted else { throw Self.twice(name) }
                fields.append((name, value))
            }
        }
    }

    /// The fields of the attribute.
    private var entries: [(name: String, value: EventValue)] {
        get throws(FlxError) {
            switch kind {
            case .group, .values: []
            case .container: [(key, try Self.object(fields))]
            case .list where !hasValues: [(key, .array(try fields.map { field throws(FlxError) in try Self.object([field]) }))]
            case .list: [(key, .array(values))] + (try attributes)
            case .plain: [(key, value)] + (try attributes)
            }
        }
    }

    private var attributes: [(name: String, value: EventValue)] {
        get throws(FlxError) { fields.isEmpty ? [] : [(key + ":attributes", try Self.object(fields))] }
    }

    private static func object(_ fields: [(name: String, value: EventValue)]) throws(FlxError) -> EventValue {
        var object: EventValue = [:]
        for (name, value) in fields {
            guard object[name] == nil else { throw twice(name) }
            object[name] = value
        }
        return object
    }

    private static func twice(_ name: String) -> FlxError { FlxError(.malformed, "the attribute '\(name.prefix(40))' is there twice") }
}
