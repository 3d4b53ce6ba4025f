/// The escapes of JSON pointers (RFC 6901): `~` is written `~0`, and `/` is written `~1`.
package enum JSONPointer {
    /// A name in its form within a pointer.
    package static func escaped(_ name: String) -> String {
        guard name.utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }) else { return name }
        var text = ""
        for scalar in name.unicodeScalars {
            switch scalar {
            case "~": text += "~0"
            case "/": text += "~1"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }

    /// The name for a part of a pointer; nil if an escape in it is broken.
    package static func unescaped(_ token: Substring) -> String? {
        var text = ""
        var isEscape = false
        for scalar in token.unicodeScalars {
            switch (isEscape, scalar) {
            case (true, "0"): text += "~"
            case (true, "1"): text += "/"
            case (true, _): return nil
            case (false, "~"): break
            default: text.unicodeScalars.append(scalar)
            }
            isEscape = !isEscape && scalar == "~"
        }
        return isEscape ? nil : text
    }
}
