/// The fields of an object written by a `Codable` type.
struct KeyedEncoding<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let encoding: JSONEncoding
    let level: Int

    var codingPath: [any CodingKey] { encoding.codingPath(at: level) }

    private func field(_ key: Key, _ body: (inout JSONWriter) throws(FlxError) -> Void) throws {
        try encoding.write(.field(key.stringValue), at: level) { try body(&encoding.json) }
    }

    func encodeNil(forKey key: Key) throws { try field(key) { $0.writeNull() } }
    func encode(_ value: Bool, forKey key: Key) throws { try field(key) { $0.write(value) } }
    func encode(_ value: String, forKey key: Key) throws { try field(key) { $0.write(value) } }
    func encode(_ value: Double, forKey key: Key) throws { try field(key) { json throws(FlxError) in try json.write(value) } }
    func encode(_ value: Float, forKey key: Key) throws { try field(key) { json throws(FlxError) in try value.write(to: &json) } }
    func encode(_ value: Int, forKey key: Key) throws { try field(key) { $0.writeInteger(value) } }
    func encode(_ value: Int8, forKey key: Key) throws { try field(key) { $0.writeInteger(value) } }
    func encode(_ value: Int16, forKey key: Key) throws { try field(key) { $0.writeInteger(value) } }
    func encode(_ value: Int32, forKey key: Key) throws { try field(key) { $0.writeInteger(value) } }
    func encode(_ value: Int64, forKey key: Key) throws { try field(key) { $0.writeInteger(value) } }
    func encode(_ value: UInt, forKey key: Key) throws { try field(key) { $0.writeInteger(value) } }
    func encode(_ value: UInt8, forKey key: Key) throws { try field(key) { $0.writeInteger(value) } }
    func encode(_ value: UInt16, forKey key: Key) throws { try field(key) { $0.writeInteger(value) } }
    func encode(_ value: UInt32, forKey key: Key) throws { try field(key) { $0.writeInteger(value) } }
    func encode(_ value: UInt64, forKey key: Key) throws { try field(key) { $0.writeInteger(value) } }
    func encode(_ value: Int128, forKey key: Key) throws { try field(key) { $0.writeInteger(value) } }
    func encode(_ value: UInt128, forKey key: Key) throws { try field(key) { $0.writeInteger(value) } }

    func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
        try encoding.write(.field(key.stringValue), at: level) { try encoding.encode(value) }
    }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) -> KeyedEncodingContainer<Nested> {
        ValueEncoder(encoding: detach(key.stringValue), level: 0).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        ValueEncoder(encoding: detach(key.stringValue), level: 0).unkeyedContainer()
    }

    func superEncoder() -> any Encoder { ValueEncoder(encoding: detach("super"), level: 0) }
    func superEncoder(forKey key: Key) -> any Encoder { ValueEncoder(encoding: detach(key.stringValue), level: 0) }

    private func detach(_ key: String) -> JSONEncoding { encoding.detach(.field(key), at: level) }
}
