extension Duration: JSONCodable {
    private static let perSecond: Int128 = 1_000_000_000_000_000_000

    /// Writes the seconds as an exact decimal number of up to 18 places, such as `0.25`.
    /// - Throws: ``FlxError/Code/invalidValue`` beyond 64 bits of seconds: no reader takes them.
    public func write(to json: inout JSONWriter) throws(FlxError) {
        guard Self.isReadable(attoseconds) else { throw json.refused("a duration beyond 64 bits of seconds") }
        let (seconds, fraction) = attoseconds.magnitude.quotientAndRemainder(dividingBy: Self.perSecond.magnitude)
        var text = "\(attoseconds < 0 ? "-" : "")\(seconds)"
        if fraction != 0 {
            let digits = String(fraction)
            text += "." + String(repeating: "0", count: 18 - digits.count) + digits
            while text.last == "0" { text.removeLast() }
        }
        json.write(numberText: text)
    }

    /// Reads seconds; finer than an attosecond or beyond 64 bits of seconds is refused.
    public init(json: inout JSONReader) throws(FlxError) {
        let number = try json.readNumber()
        let decimal = ExactDecimal(number)
        guard let magnitude = decimal.magnitude(timesTenTo: 18).flatMap(Int128.init(exactly:)),
            case let attoseconds = decimal.isNegative ? -magnitude : magnitude, Self.isReadable(attoseconds)
        else { throw json.outOfRange(number.text, "Duration (seconds)") }
        self.init(attoseconds: attoseconds)
    }

    private static func isReadable(_ attoseconds: Int128) -> Bool {
        Int64(exactly: attoseconds / perSecond) != nil
    }
}
