extension JSONDocument {
    /// Decodes the whole text. Errors of the type itself become ours, with their place.
    /// - Parameter asCodable: True to use the `Codable` conformance, even if the type is ``JSONReadable``.
    func decodeWhole<T: Decodable>(_ type: T.Type, asCodable: Bool) throws(FlxError) -> T {
        do {
            return try asCodable ? T(from: ValueDecoder(document: self, node: 0)) : decode(type, at: 0)
        } catch let error as FlxError {
            throw error
        } catch let error as DecodingError {
            throw failure(error)
        } catch {
            throw FlxError(.typeMismatch, "\(T.self) cannot be decoded: \(error)", cause: error)
        }
    }

    /// Decodes one value.
    func decode<T: Decodable>(_ type: T.Type, at node: Int) throws -> T {
        // The most common types need no question to the runtime: elements of arrays are decoded here one by one.
        if type == String.self { return try string(at: node) as! T }
        if type == Int.self { return try integer(Int.self, at: node) as! T }
        if type == Double.self { return try double(at: node) as! T }
        if type == [String].self { return try read([String].self, at: node) as! T }
        let name = ObjectIdentifier(type)
        if name != plainType {
            if plainTypes[name] == nil {
                if let readable = type as? any JSONReadable.Type { return try read(readable, at: node) as! T }
                plainTypes[name] = type is any CountedFields.Type
            }
            (plainType, plainTypeIsDictionary) = (name, plainTypes[name] == true)
        }
        let isDictionary = plainTypeIsDictionary
        let value = try T(from: ValueDecoder(document: self, node: node))
        if isDictionary, let dictionary = value as? any CountedFields { try checkCount(of: dictionary, at: node) }
        return value
    }

    /// Refuses fields that a dictionary has silently merged because its key type calls them equal.
    private func checkCount(of dictionary: any CountedFields, at node: Int) throws(FlxError) {
        guard duplicates == .refused, nodes[node].kind == .object else { return try checkPairs(of: dictionary, at: node) }
        let fields = fields(of: node)
        guard dictionary.count < fields.count else { return }
        var known: Set<String> = []
        for field in fields where !known.insert(field.key).inserted { throw failure(field.value, JSONReader.lookAlike(field.key)) }
        throw failure(node, "two of its \(fields.count) keys are one key for \(type(of: dictionary))")
    }

    /// Refuses the same for a dictionary with other keys than names: an array of alternating keys and values.
    private func checkPairs(of dictionary: any CountedFields, at node: Int) throws(FlxError) {
        guard duplicates == .refused, nodes[node].kind == .array else { return }
        let count = Int(nodes[node].end) / 2
        guard dictionary.count < count else { return }
        throw failure(node, "two of its \(count) keys are one key for \(type(of: dictionary))")
    }

    /// Reads a value with the same reader as everything else.
    private func read<T: JSONReadable>(_ type: T.Type, at node: Int) throws(FlxError) -> T {
        let (text, start) = (bytes, offset(of: node))
        // Starts at the value: an error then searches its place from there, and not from the beginning of the text.
        var reader = try JSONReader(text.span.extracting(start...), limits: limits, duplicates: duplicates)
        do {
            return try T(json: &reader)
        } catch {
            throw error.moved(by: start, under: way(to: node))
        }
    }

    func isNull(_ node: Int) -> Bool { nodes[node].kind == .null }

    func string(at node: Int) throws(FlxError) -> String {
        guard nodes[node].kind == .string || nodes[node].kind == .escapedString else { throw mismatch(node, "a string") }
        return text(node)
    }

    func bool(at node: Int) throws(FlxError) -> Bool {
        guard nodes[node].kind == .bool else { throw mismatch(node, "a boolean") }
        return bytes[Int(nodes[node].start)] == UInt8(ascii: "t")
    }

    func integer<T: FixedWidthInteger & JSONReadable>(_ type: T.Type, at node: Int) throws(FlxError) -> T {
        let value = nodes[node]
        // Nearly all numbers: up to 18 digits and nothing else.
        if value.kind == .number, value.end - value.start <= 18 {
            var number: Int64 = 0
            var index = Int(value.start)
            while index < Int(value.end), bytes[index] &- UInt8(ascii: "0") < 10 {
                number = number &* 10 &+ Int64(bytes[index] &- UInt8(ascii: "0"))
                index += 1
            }
            if index == Int(value.end), let number = T(exactly: number) { return number }
        }
        return try read(type, at: node)
    }

    func double(at node: Int) throws(FlxError) -> Double { try read(Double.self, at: node) }

    func float(at node: Int) throws(FlxError) -> Float { try read(Float.self, at: node) }

    /// A decoding error as one of ours.
    private func failure(_ error: DecodingError) -> FlxError {
        let context: DecodingError.Context
        switch error {
        case .typeMismatch(_, let found), .valueNotFound(_, let found), .keyNotFound(_, let found), .dataCorrupted(let found):
            context = found
        @unknown default: return FlxError(.typeMismatch, "\(error)", cause: error)
        }
        var node = 0
        for key in context.codingPath {
            guard let child = child(key, of: node) else { break }
            node = child
        }
        return failure(node, context.debugDescription, cause: context.underlyingError)
    }

    private func child(_ key: any CodingKey, of node: Int) -> Int? {
        switch nodes[node].kind {
        case .object: return find(key.stringValue, in: node)
        case .array:
            guard let index = key.intValue, index >= 0, index < Int(nodes[node].end) else { return nil }
            var element = node + 1
            for _ in 0..<index { element = Int(nodes[element].next) }
            return element
        default: return nil
        }
    }
}

/// A dictionary. Its keys may be equal although the keys of the object differ.
private protocol CountedFields {
    var count: Int { get }
}

extension Dictionary: CountedFields {}

extension FlxError {
    /// The error with a place relative to the whole text, instead of relative to a value inside.
    /// - Parameter way: The way to that value; nil for the whole text.
    func moved(by offset: Int, under way: JSONWay?) -> FlxError {
        guard let location else { return self }
        let place = Location(offset: offset + location.offset, way: way, rest: location.pointer)
        return FlxError(code, message, at: place, cause: cause)
    }
}

/// The decoder of one value.
struct ValueDecoder: Decoder {
    let document: JSONDocument
    let node: Int

    var codingPath: [any CodingKey] { document.path(to: node) }
    var userInfo: [CodingUserInfoKey: Any] { document.userInfo }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard document.nodes[node].kind == .object else { throw document.mismatch(node, "an object") }
        return KeyedDecodingContainer(KeyedDecoding(document: document, node: node))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard document.nodes[node].kind == .array else { throw document.mismatch(node, "an array") }
        return UnkeyedDecoding(document: document, node: node)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { self }
}

extension ValueDecoder: SingleValueDecodingContainer {
    func decodeNil() -> Bool { document.isNull(node) }
    func decode(_ type: Bool.Type) throws -> Bool { try document.bool(at: node) }
    func decode(_ type: String.Type) throws -> String { try document.string(at: node) }
    func decode(_ type: Double.Type) throws -> Double { try document.double(at: node) }
    func decode(_ type: Float.Type) throws -> Float { try document.float(at: node) }
    func decode(_ type: Int.Type) throws -> Int { try document.integer(type, at: node) }
    func decode(_ type: Int8.Type) throws -> Int8 { try document.integer(type, at: node) }
    func decode(_ type: Int16.Type) throws -> Int16 { try document.integer(type, at: node) }
    func decode(_ type: Int32.Type) throws -> Int32 { try document.integer(type, at: node) }
    func decode(_ type: Int64.Type) throws -> Int64 { try document.integer(type, at: node) }
    func decode(_ type: UInt.Type) throws -> UInt { try document.integer(type, at: node) }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try document.integer(type, at: node) }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try document.integer(type, at: node) }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try document.integer(type, at: node) }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try document.integer(type, at: node) }
    func decode(_ type: Int128.Type) throws -> Int128 { try document.integer(type, at: node) }
    func decode(_ type: UInt128.Type) throws -> UInt128 { try document.integer(type, at: node) }
    func decode<T: Decodable>(_ type: T.Type) throws -> T { try document.decode(type, at: node) }
}
