/// The encoder of one value.
struct ValueEncoder: Encoder {
    let encoding: JSONEncoding
    let level: Int

    var codingPath: [any CodingKey] { encoding.codingPath(at: level) }
    var userInfo: [CodingUserInfoKey: Any] { encoding.userInfo }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        encoding.open(.object, at: level)
        if DictionaryKey.type == ObjectIdentifier(type) { encoding.markDictionary(at: level) }
        return KeyedEncodingContainer(KeyedEncoding(encoding: encoding, level: level))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        encoding.open(.array, at: level)
        return UnkeyedEncoding(encoding: encoding, level: level)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { self }
}

extension ValueEncoder: SingleValueEncodingContainer {
    private func write(_ body: (inout JSONWriter) throws(FlxError) -> Void) throws {
        try encoding.write(.whole, at: level) { try body(&encoding.json) }
    }

    func encodeNil() throws { try write { $0.writeNull() } }
    func encode(_ value: Bool) throws { try write { $0.write(value) } }
    func encode(_ value: String) throws { try write { $0.write(value) } }
    func encode(_ value: Double) throws { try write { json throws(FlxError) in try json.write(value) } }
    func encode(_ value: Float) throws { try write { json throws(FlxError) in try value.write(to: &json) } }
    func encode(_ value: Int) throws { try write { $0.writeInteger(value) } }
    func encode(_ value: Int8) throws { try write { $0.writeInteger(value) } }
    func encode(_ value: Int16) throws { try write { $0.writeInteger(value) } }
    func encode(_ value: Int32) throws { try write { $0.writeInteger(value) } }
    func encode(_ value: Int64) throws { try write { $0.writeInteger(value) } }
    func encode(_ value: UInt) throws { try write { $0.writeInteger(value) } }
    func encode(_ value: UInt8) throws { try write { $0.writeInteger(value) } }
    func encode(_ value: UInt16) throws { try write { $0.writeInteger(value) } }
    func encode(_ value: UInt32) throws { try write { $0.writeInteger(value) } }
    func encode(_ value: UInt64) throws { try write { $0.writeInteger(value) } }
    func encode(_ value: Int128) throws { try write { $0.writeInteger(value) } }
    func encode(_ value: UInt128) throws { try write { $0.writeInteger(value) } }

    func encode<T: Encodable>(_ value: T) throws {
        try encoding.write(.whole, at: level) { try encoding.encode(value) }
    }
}

/// The key type of dictionaries. The standard library has no name for it: found by encoding one.
enum DictionaryKey {
    static let type: ObjectIdentifier? = {
        let probe = Probe()
        try? ["": 0].encode(to: probe)
        return probe.found
    }()

    /// An encoder that only examines the type of the keys.
    private final class Probe: Encoder {
        var found: ObjectIdentifier?
        var codingPath: [any CodingKey] { [] }
        var userInfo: [CodingUserInfoKey: Any] { [:] }
        private let encoding = JSONEncoding(userInfo: [:])

        func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
            found = ObjectIdentifier(type)
            return KeyedEncodingContainer(KeyedEncoding(encoding: encoding, level: 0))
        }

        func unkeyedContainer() -> any UnkeyedEncodingContainer { UnkeyedEncoding(encoding: encoding, level: 0) }
        func singleValueContainer() -> any SingleValueEncodingContainer { ValueEncoder(encoding: encoding, level: 0) }
    }
}
