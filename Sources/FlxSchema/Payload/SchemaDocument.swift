import FlxCore
import Synchronization

/// One document under construction. The schemas of types are written into it.
///
/// A type that contains itself, directly or through other types, is described once, under `$defs`; all uses refer to it.
final class SchemaDocument: Sendable {
    fileprivate struct State {
        /// The types with requested but unfinished schemas, outermost first.
        var open: [ObjectIdentifier] = []
        var names: [ObjectIdentifier: String] = [:]
        var definitions: EventValue = [:]
    }

    /// The maximum depth of described types in each other: generic types can nest endlessly, as `Nest<T>` with a field of the type
    /// `Nest<[T]>`. A document of JSON has up to 64 levels; each type takes two or more.
    fileprivate static let maximumDepth = 16

    @TaskLocal private static var current: SchemaDocument?

    private let state = Mutex(State())

    /// Writes a part of the document under way, or the root of a new one.
    static func write(_ make: (SchemaDocument) -> EventValue) -> EventValue {
        if let current { return make(current) }
        let document = SchemaDocument()
        var schema = $current.withValue(document) { make(document) }
        let definitions = document.state.withLock { $0.definitions }
        if definitions != [:] { schema["$defs"] = definitions }
        return schema
    }

    /// The schema of a type, or a reference to it.
    func schema(of type: any SchemaDescribed.Type) -> EventValue {
        if type is any SchemaContainer.Type { return type.jsonSchema }
        if let known = state.withLock({ $0.begin(type) }) { return known }
        var schema = type.jsonSchema
        // The dialect is said once, at the root of a document.
        schema["$schema"] = nil
        return state.withLock { $0.end(type, schema) }
    }
}

/// A type that contains values of another one and adds nothing to its description: the end of a recursion is searched in the other.
protocol SchemaContainer {}

extension SchemaDocument.State {
    /// The reference to a type already described or being described; nil to describe it now.
    fileprivate mutating func begin(_ type: any SchemaDescribed.Type) -> EventValue? {
        let id = ObjectIdentifier(type)
        if let name = names[id] { return Self.reference(to: name) }
        if open.contains(id) {
            let name = freeName(for: type)
            names[id] = name
            return Self.reference(to: name)
        }
        guard open.count < SchemaDocument.maximumDepth else { return [:] }
        open.append(id)
        return nil
    }

    /// Keeps the schema of a type under its name if the type was referred to meanwhile.
    fileprivate mutating func end(_ type: any SchemaDescribed.Type, _ schema: EventValue) -> EventValue {
        open.removeLast()
        guard let name = names[ObjectIdentifier(type)] else { return schema }
        definitions[name] = schema
        return Self.reference(to: name)
    }

    /// The name of the type, `Box_Item` for `Box<Item>`, with a number if another type has it.
    private func freeName(for type: any SchemaDescribed.Type) -> String {
        let words = String(describing: type).split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
        let plain = words.isEmpty ? "Type" : words.joined(separator: "_")
        var name = plain
        var number = 2
        while names.values.contains(name) {
            name = "\(plain)_\(number)"
            number += 1
        }
        return name
    }

    private static func reference(to name: String) -> EventValue { ["$ref": .string("#/$defs/\(name)")] }
}
