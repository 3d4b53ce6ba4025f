#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

extension UUID: JSONCodable {
    /// Writes the 36 characters of the id, in lower case.
    public func write(to json: inout JSONWriter) {
        json.write(uuid: withUnsafeBytes(of: uuid) { UInt128(bigEndian: $0.loadUnaligned(as: UInt128.self)) })
    }

    /// Reads the 36 characters of an id, in either case.
    public init(json: inout JSONReader) throws(FlxError) {
        let bits = try json.readUUID().bigEndian
        self.init(uuid: withUnsafeBytes(of: bits) { $0.loadUnaligned(as: uuid_t.self) })
    }
}

extension Date: JSONCodable {
    /// Writes RFC 3339 in UTC, rounded to microseconds, with no more digits after the point than that needs.
    /// - Throws: ``FlxError/Code/invalidValue`` outside the years 1677 to 2262.
    public func write(to json: inout JSONWriter) throws(FlxError) {
        let seconds = timeIntervalSinceReferenceDate.rounded(.down)
        // Apart from the seconds the microseconds are exact; both are far from the ends of Int64.
        guard abs(seconds) < 0x1p40, case let microseconds = Int64(((timeIntervalSinceReferenceDate - seconds) * 1e6).rounded()),
            case let since1970 = (Int64(seconds) + 978_307_200) * 1_000_000 + microseconds,
            case let (nanoseconds, overflow) = since1970.multipliedReportingOverflow(by: 1000), !overflow
        else { throw FlxError(.invalidValue, "the date \(timeIntervalSince1970) s from 1970 is outside the years 1677 to 2262") }
        Timestamp(nanoseconds: nanoseconds).write(to: &json)
    }

    /// Reads RFC 3339 with any offset.
    public init(json: inout JSONReader) throws(FlxError) {
        let time = try json.readTimestamp()
        let (seconds, fraction) = time.nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        self.init(timeIntervalSinceReferenceDate: Double(seconds - 978_307_200) + Double(fraction) / 1e9)
    }
}

extension Data: JSONCodable {
    /// Writes Base64 (RFC 4648) with padding.
    public func write(to json: inout JSONWriter) {
        json.writeBase64([UInt8](self))
    }

    /// Reads Base64 (RFC 4648) with padding.
    public init(json: inout JSONReader) throws(FlxError) {
        self.init(try json.readBase64())
    }
}

extension URL: JSONCodable {
    /// Writes the text of the URL.
    public func write(to json: inout JSONWriter) { json.write(absoluteString) }

    /// Reads the text of a URL.
    public init(json: inout JSONReader) throws(FlxError) {
        let text = try json.readString()
        guard let url = URL(string: text) else { throw json.failure(.typeMismatch, "'\(text.prefix(80))' is no URL") }
        self = url
    }
}

extension Decimal: JSONCodable {
    /// Writes the exact number.
    /// - Throws: ``FlxError/Code/invalidValue`` for NaN.
    public func write(to json: inout JSONWriter) throws(FlxError) {
        guard isFinite, let number = JSONNumber(description) else { throw json.refused(self) }
        json.write(numberText: number.text)
    }

    /// Reads a number that the type holds exactly: up to 38 digits.
    public init(json: inout JSONReader) throws(FlxError) {
        let number = try json.readNumber()
        guard let value = number.decimal else { throw json.outOfRange(number.text, "Decimal") }
        self = value
    }
}

extension JSONNumber {
    /// The number as a decimal; nil if it has more digits, or another size, than fit.
    public var decimal: Decimal? {
        guard let parts = JSONDecimal(text), parts.exponent >= -128, parts.exponent <= 127 else { return nil }
        return Decimal(string: text)
    }
}
