import FlxCore
import OrderedCollections

// The value under a keyword, as its required kind.
extension SchemaCompiler {
    func text(_ key: String, of schema: EventValue, at place: SchemaPlace) throws(FlxError) -> String? {
        guard let value = schema[key] else { return nil }
        guard let text = value.string else { throw fault("'\(key)' must be a string", at: place) }
        return text
    }

    func number(_ key: String, of schema: EventValue, at place: SchemaPlace) throws(FlxError) -> SchemaNumber? {
        guard let value = schema[key] else { return nil }
        guard let number = value.number else { throw fault("'\(key)' must be a number", at: place) }
        return SchemaNumber(number)
    }

    func array(_ key: String, of schema: EventValue, at place: SchemaPlace) throws(FlxError) -> [EventValue]? {
        guard let value = schema[key] else { return nil }
        guard let elements = value.array else { throw fault("'\(key)' must be an array", at: place) }
        return elements
    }

    func object(_ key: String, of schema: EventValue, at place: SchemaPlace) throws(FlxError) -> OrderedDictionary<ExactText, EventValue>? {
        guard let value = schema[key] else { return nil }
        guard let fields = value.object else { throw fault("'\(key)' must be an object", at: place) }
        return fields
    }

    func texts(_ key: String, of schema: EventValue, at place: SchemaPlace) throws(FlxError) -> [String]? {
        guard let elements = try array(key, of: schema, at: place) else { return nil }
        let texts = elements.compactMap(\.string)
        guard texts.count == elements.count else { throw fault("'\(key)' must be an array of strings", at: place) }
        return texts
    }

    /// The names in an array, none longer than the key of an event may be.
    func names(_ key: String, of schema: EventValue, at place: SchemaPlace) throws(FlxError) -> [ExactText]? {
        guard let texts = try texts(key, of: schema, at: place) else { return nil }
        let limit = JSONLimits.standard.maximumKeyBytes
        guard texts.allSatisfy({ $0.utf8.count <= limit }) else {
            throw fault("'\(key)' has a name of more than \(limit) bytes", at: place, code: .limitExceeded)
        }
        return texts.map { ExactText($0) }
    }

    /// A minimum and a maximum; nil if there is neither.
    func count(_ least: String, _ most: String, of schema: EventValue, at place: SchemaPlace) throws(FlxError) -> SchemaCount? {
        let (low, high) = (try natural(least, of: schema, at: place), try natural(most, of: schema, at: place))
        return low == nil && high == nil ? nil : SchemaCount(least: low ?? 0, most: high)
    }

    private func natural(_ key: String, of schema: EventValue, at place: SchemaPlace) throws(FlxError) -> Int? {
        guard let number = try number(key, of: schema, at: place) else { return nil }
        guard number.isInteger, SchemaNumber(0) <= number else { throw fault("'\(key)' must be a whole number from 0", at: place) }
        // No value has as many parts as Int counts, so all greater counts say the same.
        return number.value.decimal.int64.flatMap(Int.init(exactly:)) ?? .max
    }

    func types(_ value: EventValue, at place: SchemaPlace) throws(FlxError) -> SchemaTypes {
        var types: SchemaTypes = []
        guard value.array?.isEmpty != true else { throw fault("'type' must name at least one type", at: place) }
        for element in value.array ?? [value] {
            let type = SchemaTypes(named: element.string ?? "")
            guard !type.isEmpty else { throw fault("'type' names \(element), which is no type of JSON Schema", at: place) }
            types.formUnion(type)
        }
        return types
    }

    /// The nodes of the schemas in an array.
    mutating func nodes(_ key: String, of schema: EventValue, at place: SchemaPlace) throws(FlxError) -> [Int]? {
        guard let elements = try array(key, of: schema, at: place) else { return nil }
        let list = place.appending(key)
        var nodes: [Int] = []
        for (index, element) in elements.enumerated() { nodes.append(try node(at: list.appending(String(index)), element)) }
        return nodes
    }

    /// The nodes of the schemas in an object, by their keys.
    mutating func named(_ key: String, of schema: EventValue, at place: SchemaPlace) throws(FlxError) -> [(ExactText, Int)] {
        guard let fields = try object(key, of: schema, at: place) else { return [] }
        let list = place.appending(key)
        var nodes: [(ExactText, Int)] = []
        for (name, schema) in fields { nodes.append((name, try node(at: list.appending(name.description), schema))) }
        return nodes
    }
}
