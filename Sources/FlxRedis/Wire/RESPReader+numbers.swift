import FlxCore

extension RESPReader {
    /// A length; nil for -1, which stands for no value.
    static func length(_ text: ArraySlice<UInt8>) throws(FlxError) -> Int? {
        if text.elementsEqual("-1".utf8) { return nil }
        guard !text.isEmpty, text.allSatisfy(isDigit), let length = Int(String(decoding: text, as: UTF8.self)) else {
            throw malformedNumber("length", text)
        }
        return length
    }

    static func integer(_ text: ArraySlice<UInt8>) throws(FlxError) -> Int64 {
        guard isNumber(text), let number = Int64(String(decoding: text, as: UTF8.self)) else { throw malformedNumber("integer", text) }
        return number
    }

    static func bigNumber(_ text: ArraySlice<UInt8>) throws(FlxError) -> String {
        guard isNumber(text) else { throw malformedNumber("number", text) }
        return String(decoding: text, as: UTF8.self)
    }

    static func boolean(_ text: ArraySlice<UInt8>) throws(FlxError) -> Bool {
        switch text.first {
        case UInt8(ascii: "t") where text.count == 1: return true
        case UInt8(ascii: "f") where text.count == 1: return false
        default: throw malformedNumber("truth value", text)
        }
    }

    static func double(_ text: ArraySlice<UInt8>) throws(FlxError) -> Double {
        let name = String(decoding: text, as: UTF8.self)
        switch name {
        case "inf", "+inf": return .infinity
        case "-inf": return -.infinity
        case "nan", "-nan": return .nan
        default: break
        }
        // Only digits and what stands between them: the standard library also reads hexadecimal numbers and names.
        let isPlain = text.allSatisfy { isDigit($0) || "+-.eE".utf8.contains($0) }
        guard isPlain, let number = Double(name) else { throw malformedNumber("number", text) }
        return number
    }

    /// True for digits, with or without a sign.
    private static func isNumber(_ text: ArraySlice<UInt8>) -> Bool {
        let digits = text.first.map { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+") } ?? false ? text.dropFirst() : text
        return !digits.isEmpty && digits.allSatisfy(isDigit)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte }

    private static func malformedNumber(_ kind: String, _ text: ArraySlice<UInt8>) -> FlxError {
        let shown = text.prefix(40).map { 0x20...0x7E ~= $0 ? Character(Unicode.Scalar($0)) : "?" }
        return FlxError(.malformed, "Redis sent the \(kind) '\(String(shown))', which is none")
    }
}
