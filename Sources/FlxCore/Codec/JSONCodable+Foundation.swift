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
    /// Writes RFC 3339 in UTC. Uses the fewest digits after the point (0, 3, 6 or 9) that read back as the same `Date`.
    ///
    /// Within 97 days of the year 2001 a `Date` can be finer than a nanosecond, and is rounded to one.
    /// - Throws: ``FlxError/Code/invalidValue`` outside the range of ``Timestamp``.
    public func write(to json: inout JSONWriter) throws(FlxError) {
        var nearest: Timestamp?
        for digits: Int64 in [1_000, 1_000_000, 1_000_000_000] {
            nearest = rounded(to: digits)
            if let nearest, Date(nearest) == self { break }
        }
        guard let nearest else {
            throw FlxError(.invalidValue, "the date \(timeIntervalSince1970) s from 1970 is outside the years 1677 to 2262")
        }
        nearest.write(to: &json)
    }

    /// Reads RFC 3339 with any offset.
    public init(json: inout JSONReader) throws(FlxError) {
        self.init(try json.readTimestamp())
    }

    /// Seconds from 1970 to 2001, the reference year of `Date`.
    private static let reference: Int64 = 978_307_200

    /// The date that is nearest to an instant.
    public init(_ time: Timestamp) {
        let (seconds, fraction) = time.nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        self.init(timeIntervalSinceReferenceDate: Double(seconds - Self.reference) + Double(fraction) / 1e9)
    }

    /// The nearest instant, with seconds divided into `parts`; nil outside the range.
    fileprivate func rounded(to parts: Int64) -> Timestamp? {
        let seconds = timeIntervalSinceReferenceDate.rounded(.down)
        // The rest is exact, and all is far from the ends of Int64.
        guard abs(seconds) < 0x1p40 else { return nil }
        let rest = Int64(((timeIntervalSinceReferenceDate - seconds) * Double(parts)).rounded())
        let whole = Int128(Int64(seconds) + Self.reference) * 1_000_000_000
        return Int64(exactly: whole + Int128(rest * (1_000_000_000 / parts))).map(Timestamp.init(nanoseconds:))
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

    /// Reads a number within the type, exactly: up to 38 digits.
    public init(json: inout JSONReader) throws(FlxError) {
        let number = try json.readNumber()
        guard let value = number.decimal else { throw json.outOfRange(number.text, "Decimal") }
        self = value
    }
}

extension JSONNumber {
    /// The number as a decimal; nil if it has more digits, or another size, than fit.
    public var decimal: Decimal? {
        let exact = ExactDecimal(self)
        guard (-128...127).contains(exact.exponent), exact.magnitude(timesTenTo: -Int(exact.exponent)) != nil else { return nil }
        return Decimal(string: exact.description)
    }
}

extension Timestamp {
    /// The instant of a date to the nearest nanosecond: at most the last that there is, and at least the first.
    public init(clamping date: Date) {
        self = date.rounded(to: 1_000_000_000) ?? Timestamp(nanoseconds: date.timeIntervalSinceReferenceDate > 0 ? .max : .min)
    }
}
