extension Duration: JSONCodable {
    /// Writes the seconds as an exact decimal number of up to 18 places, such as `0.25`.
    public func write(to json: inout JSONWriter) {
        let (seconds, attoseconds) = components
        let isNegative = seconds < 0 || attoseconds < 0
        var text = "\(isNegative ? "-" : "")\(seconds.magnitude)"
        if attoseconds != 0 {
            let digits = String(attoseconds.magnitude)
            text += "." + String(repeating: "0", count: 18 - digits.count) + digits
            while text.last == "0" { text.removeLast() }
        }
        json.write(numberText: text)
    }

    /// Reads seconds; finer than an attosecond or beyond 64 bits of seconds is refused.
    public init(json: inout JSONReader) throws(FlxError) {
        let number = try json.readNumber()
        guard let decimal = JSONDecimal(number.text), let units = decimal.scaled(by: decimal.exponent + 18),
            case let (seconds, attoseconds) = units.quotientAndRemainder(dividingBy: 1_000_000_000_000_000_000),
            let whole = Int64(exactly: seconds)
        else { throw json.outOfRange(number.text, "Duration (seconds)") }
        let sign: Int64 = decimal.isNegative ? -1 : 1
        self.init(secondsComponent: sign * whole, attosecondsComponent: sign * Int64(attoseconds))
    }
}
