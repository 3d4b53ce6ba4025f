/// The elements of an array written by a `Codable` type.
struct UnkeyedEncoding: UnkeyedEncodingContainer {
    let encoding: JSONEncoding
    let level: Int

    var codingPath: [any CodingKey] { encoding.codingPath(at: level) }
    var count: Int { encoding.count(at: level) }

    private func element(_ body: (inout JSONWriter) throws(FlxError) -> Void) throws {
        try encoding.write(.element, at: level) { try body(&encoding.json) }
    }

    func encodeNil() throws { try element { $0.writeNull() } }
    func encode(_ value: Bool) throws { try element { $0.write(value) } }
    func encode(_ value: String) throws { try element { $0.write(value) } }
    func encode(_ value: Double) throws { try element { json throws(FlxError) in try json.write(value) } }
    func encode(_ value: Float) throws { try element { json throws(FlxError) in try value.write(to: &json) } }
    func encode(_ value: Int) throws { try element { $0.writeInteger(value) } }
    func encode(_ value: Int8) throws { try element { $0.writeInteger(value) } }
    func encode(_ value: Int16) throws { try element { $0.writeInteger(value) } }
    func encode(_ value: Int32) throws { try element { $0.writeInteger(value) } }
    func encode(_ value: Int64) throws { try element { $0.writeInteger(value) } }
    func encode(_ value: UInt) throws { try element { $0.writeInteger(value) } }
    func encode(_ value: UInt8) throws { try element { $0.writeInteger(value) } }
    func encode(_ value: UInt16) throws { try element { $0.writeInteger(value) } }
    func encode(_ value: UInt32) throws { try element { $0.writeInteger(value) } }
    func encode(_ value: UInt64) throws { try element { $0.writeInteger(value) } }
    func encode(_ value: Int128) throws { try element { $0.writeInteger(value) } }
    func encode(_ value: UInt128) throws { try element { $0.writeInteger(value) } }

    func encode<T: Encodable>(_ value: T) throws {
        try encoding.write(.element, at: level) { try encoding.encode(value) }
    }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        ValueEncoder(encoding: detach(), level: 0).container(keyedBy: type)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        ValueEncoder(encoding: detach(), level: 0).unkeyedContainer()
    }

    func superEncoder() -> any Encoder { ValueEncoder(encoding: detach(), level: 0) }

    private func detach() -> JSONEncoding { encoding.detach(.element, at: level) }
}
