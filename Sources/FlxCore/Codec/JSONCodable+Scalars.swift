extension Bool: JSONCodable {
    /// Writes `true` or `false`.
    @inlinable
    public func write(to json: inout JSONWriter) { json.write(self) }

    /// Reads `true` or `false`.
    @inlinable
    public init(json: inout JSONReader) throws(FlxError) { self = try json.readBool() }
}

extension String: JSONCodable {
    /// Writes the text in quotes.
    @inlinable
    public func write(to json: inout JSONWriter) { json.write(self) }

    /// Reads a text in quotes.
    @inlinable
    public init(json: inout JSONReader) throws(FlxError) { self = try json.readString() }
}

extension Double: JSONCodable {
    /// Writes the shortest number that reads back the same; NaN and infinity are refused.
    @inlinable
    public func write(to json: inout JSONWriter) throws(FlxError) { try json.write(self) }

    /// Reads a number as the nearest value of the type.
    @inlinable
    public init(json: inout JSONReader) throws(FlxError) { self = try json.readDouble() }
}

extension Float: JSONCodable {
    /// Writes the shortest number that reads back the same; NaN and infinity are refused.
    public func write(to json: inout JSONWriter) throws(FlxError) {
        guard isFinite else { throw json.refused(self) }
        json.write(numberText: description)
    }

    /// Reads a number as the nearest value of the type.
    public init(json: inout JSONReader) throws(FlxError) {
        let number = try json.readNumber()
        guard let value = Float(number.text), value.isFinite else { throw json.outOfRange(number.text, "Float") }
        self = value
    }
}

extension JSONWritable where Self: FixedWidthInteger {
    /// Writes the number in decimal digits.
    @inlinable
    public func write(to json: inout JSONWriter) { json.writeInteger(self) }
}

extension JSONReadable where Self: FixedWidthInteger {
    /// Reads a number within the type, exactly.
    @inlinable
    public init(json: inout JSONReader) throws(FlxError) { self = try json.readInteger() }
}

extension Int: JSONCodable {}
extension Int8: JSONCodable {}
extension Int16: JSONCodable {}
extension Int32: JSONCodable {}
extension Int64: JSONCodable {}
extension UInt: JSONCodable {}
extension UInt8: JSONCodable {}
extension UInt16: JSONCodable {}
extension UInt32: JSONCodable {}
extension UInt64: JSONCodable {}
extension Int128: JSONCodable {}
extension UInt128: JSONCodable {}

extension JSONWritable where Self: RawRepresentable, RawValue: JSONWritable {
    /// Writes the raw value.
    @inlinable
    public func write(to json: inout JSONWriter) throws(FlxError) { try json.write(rawValue) }
}

extension JSONReadable where Self: RawRepresentable, RawValue: JSONReadable {
    /// Reads a raw value and returns its case.
    @inlinable
    public init(json: inout JSONReader) throws(FlxError) {
        let raw = try json.read(RawValue.self)
        guard let value = Self(rawValue: raw) else {
            throw json.failure(.typeMismatch, "\(raw) is no \(Self.self)")
        }
        self = value
    }
}
