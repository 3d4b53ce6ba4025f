/// Python's texts of values: as by `str`, and by `repr` inside lists and dictionaries.
enum PythonText {
    /// The text of a value. Strings are unchanged at the top, and quoted inside other values.
    static func text(of value: EventValue) -> String {
        if case .string(let text) = value { text } else { literal(of: value) }
    }

    /// The JSON of a number or boolean from this JSON string with its text; nil for anything else.
    static func json(of string: [UInt8]) -> [UInt8]? {
        guard string.first == UInt8(ascii: "\""), let text = try? String(json: string, limits: ReflectionForm.limits) else { return nil }
        switch text {
        case "True": return Array("true".utf8)
        case "False": return Array("false".utf8)
        default: return JSONNumber(text).map { Array($0.text.utf8) }
        }
    }

    private static func literal(of value: EventValue) -> String {
        switch value {
        case .null: "None"
        case .bool(let value): value ? "True" : "False"
        case .number(let number): self.number(number.text)
        case .string(let text): quoted(text)
        case .array(let elements): "[\(elements.map(literal).joined(separator: ", "))]"
        case .object(let fields): "{\(fields.map { "\(quoted($0.description)): \(literal(of: $1))" }.joined(separator: ", "))}"
        }
    }

    /// A JSON number as Python prints it after reading it: integers are exact, all others are of 64-bit floating point.
    private static func number(_ text: String) -> String {
        let isInteger = text.utf8.allSatisfy { $0 != UInt8(ascii: ".") && $0 | 0x20 != UInt8(ascii: "e") }
        if isInteger { return text == "-0" ? "0" : text }
        guard let value = Double(text) else { return text }
        let shortest = value.description
        // Both print the shortest digits, but Swift goes over to exponents at 2^53 and Python at 10^16: a whole number of 16 digits.
        guard shortest.hasSuffix("e+15") else { return shortest }
        let digits = shortest.dropLast(4).replacing(".", with: "")
        let sign = digits.hasPrefix("-") ? 1 : 0
        return digits + String(repeating: "0", count: max(0, 16 + sign - digits.count)) + ".0"
    }

    /// A string between the quotes that Python would choose.
    private static func quoted(_ text: String) -> String {
        let quote: Unicode.Scalar = text.unicodeScalars.contains("'") && !text.unicodeScalars.contains("\"") ? "\"" : "'"
        var result = String(quote)
        for scalar in text.unicodeScalars {
            switch scalar {
            case quote, "\\": result += "\\\(scalar)"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where isPrintable(scalar): result.unicodeScalars.append(scalar)
            default: result += escape(scalar.value)
            }
        }
        return result + String(quote)
    }

    private static func escape(_ value: UInt32) -> String {
        let (prefix, width) = value <= 0xFF ? ("\\x", 2) : value <= 0xFFFF ? ("\\u", 4) : ("\\U", 8)
        let digits = String(value, radix: 16)
        return prefix + String(repeating: "0", count: width - digits.count) + digits
    }

    /// Returns the result of Python's `str.isprintable` for a character.
    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
        case .spaceSeparator: scalar == " "
        default: true
        }
    }
}
