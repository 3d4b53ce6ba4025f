import FlxCore

/// The keys of attributes in XES. They are names of XML (`xs:Name` in the schema of the standard): `/total` is `data:total`, and characters
/// outside names are written by their numbers, `_x0020_`.
enum XESKey {
    private static let prefix = "data"

    /// The key of an attribute of an event, or of a value of its data by JSON pointer.
    static func of(_ name: String) throws(FlxError) -> String {
        guard name.utf8.first == UInt8(ascii: "/") else { return encoded(name, isStart: true) }
        if let plain = plain(name) { return plain }
        return try FlatReading.path(name).reduce(prefix) { $0 + ":" + encoded($1, isStart: false) }
    }

    /// The key of a pointer with plain names as steps, as in nearly all pointers; nil for any other.
    private static func plain(_ pointer: String) -> String? {
        var key = Array(prefix.utf8)
        var last: UInt8 = 0
        for byte in pointer.utf8 {
            switch byte {
            case UInt8(ascii: "/"): key.append(UInt8(ascii: ":"))
            case UInt8(ascii: "x") where last == UInt8(ascii: "_"): return nil
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."): key.append(byte)
            default: return nil
            }
            last = byte
        }
        return String(decoding: key, as: UTF8.self)
    }

    /// The steps into the data for a key; nil for the key of an attribute.
    static func path(_ key: String) -> [String]? {
        let steps = key.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard steps.count > 1, steps[0].elementsEqual(prefix.utf8) else { return nil }
        return steps.dropFirst().map { decoded(String(Substring($0))) }
    }

    private static func encoded(_ name: String, isStart: Bool) -> String {
        var text = ""
        var rest = name.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            let isFirst = isStart && text.isEmpty
            let isPlain = scalar != ":" && (isFirst ? XMLText.isNameStart(scalar) : XMLText.isNameCharacter(scalar))
            if isPlain, scalar != "_" || rest.first != "x" {
                text.unicodeScalars.append(scalar)
            } else {
                let digits = String(scalar.value, radix: 16, uppercase: true)
                text += "_x" + String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits + "_"
            }
        }
        return text
    }

    static func decoded(_ key: String) -> String {
        var text = ""
        var rest = key.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            if scalar == "_", rest.first == "x" {
                let digits = String(rest.dropFirst().prefix { $0 != "_" }.prefix(7))
                let end = rest.dropFirst(1 + digits.unicodeScalars.count)
                let value = UInt32(digits, radix: 16).flatMap(Unicode.Scalar.init)
                if let value, (4...6).contains(digits.utf8.count), end.first == "_" {
                    text.unicodeScalars.append(value)
                    rest = end.dropFirst()
                    continue
                }
            }
            text.unicodeScalars.append(scalar)
        }
        return text
    }
}
