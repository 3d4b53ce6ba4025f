/// The grammar of URIs and of references to them (RFC 3986, appendix A), and of their international forms (RFC 3987, section 2.2).
struct URIGrammar {
    /// True if characters beyond ASCII are allowed in place of letters.
    let isInternational: Bool

    /// Returns true if a text is a URI: it has a scheme.
    func isAbsolute(_ text: String) -> Bool {
        let scalars = Array(text.unicodeScalars)
        return isReference(scalars) && scheme(of: scalars[...]) != nil
    }

    /// Returns true if a text is a URI or a relative reference.
    func isReference(_ text: String) -> Bool { isReference(Array(text.unicodeScalars)) }

    private func isReference(_ scalars: [Unicode.Scalar]) -> Bool {
        var rest = scalars[...]
        if let hash = rest.firstIndex(of: "#") {
            guard consists(rest[(hash + 1)...], of: ":@/?") else { return false }
            rest = rest[..<hash]
        }
        if let mark = rest.firstIndex(of: "?") {
            guard consists(rest[(mark + 1)...], of: ":@/?", isQuery: true) else { return false }
            rest = rest[..<mark]
        }
        if let end = rest.firstIndex(where: { $0 == ":" || $0 == "/" }), rest[end] == ":" {
            // A colon in the first segment ends a scheme, or has no meaning.
            guard scheme(of: rest) != nil else { return false }
            rest = rest[(end + 1)...]
        }
        guard rest.starts(with: "//".unicodeScalars) else { return consists(rest, of: ":@/") }
        rest = rest.dropFirst(2)
        let end = rest.firstIndex(of: "/") ?? rest.endIndex
        return isAuthority(rest[..<end]) && consists(rest[end...], of: ":@/")
    }

    private func scheme(of text: ArraySlice<Unicode.Scalar>) -> ArraySlice<Unicode.Scalar>? {
        guard let colon = text.firstIndex(of: ":"), let first = text.first, first.isASCII, first.properties.isAlphabetic else { return nil }
        let scheme = text[..<colon]
        return scheme.allSatisfy { Self.isAlphanumeric($0) || "+-.".unicodeScalars.contains($0) } ? scheme : nil
    }

    private func isAuthority(_ text: ArraySlice<Unicode.Scalar>) -> Bool {
        var rest = text
        if let at = rest.firstIndex(of: "@") {
            guard consists(rest[..<at], of: ":") else { return false }
            rest = rest[(at + 1)...]
        }
        var port = rest[rest.endIndex...]
        if rest.first == "[" {
            guard let end = rest.firstIndex(of: "]"), isLiteral(rest[(rest.startIndex + 1)..<end]) else { return false }
            port = rest[(end + 1)...]
        } else {
            let end = rest.firstIndex(of: ":") ?? rest.endIndex
            guard consists(rest[..<end], of: "") else { return false }
            port = rest[end...]
        }
        return port.isEmpty || port.first == ":" && port.dropFirst().allSatisfy { ("0"..."9").contains($0) }
    }

    /// An address between brackets: of IPv6, or of a future version.
    private func isLiteral(_ text: ArraySlice<Unicode.Scalar>) -> Bool {
        guard text.allSatisfy(\.isASCII) else { return false }
        guard text.first == "v" || text.first == "V" else { return InternetAddress.isIPv6(text.map { UInt8($0.value) }[...]) }
        guard let dot = text.firstIndex(of: ".") else { return false }
        let (version, address) = (text[(text.startIndex + 1)..<dot], text[(dot + 1)...])
        return !version.isEmpty && version.allSatisfy(\.properties.isASCIIHexDigit) && !address.isEmpty && !address.contains("%")
            && consists(address, of: ":")
    }

    /// Returns true if there are only literal characters, escapes, and some others.
    private func consists(_ text: ArraySlice<Unicode.Scalar>, of others: String, isQuery: Bool = false) -> Bool {
        var rest = text
        while let scalar = rest.popFirst() {
            if scalar == "%" {
                guard rest.count >= 2, rest.prefix(2).allSatisfy(\.properties.isASCIIHexDigit) else { return false }
                rest = rest.dropFirst(2)
            } else if scalar.isASCII {
                guard Self.isAlphanumeric(scalar) || ("-._~!$&'()*+,;=" + others).unicodeScalars.contains(scalar) else { return false }
            } else {
                guard isInternational, Self.isInternational(scalar, isQuery: isQuery) else { return false }
            }
        }
        return true
    }

    static func isAlphanumeric(_ scalar: Unicode.Scalar) -> Bool {
        ("0"..."9").contains(scalar) || ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
    }

    /// The characters in `ucschar` of RFC 3987, and for queries in `iprivate`.
    static func isInternational(_ scalar: Unicode.Scalar, isQuery: Bool) -> Bool {
        switch scalar.value {
        case 0xA0...0xD7FF, 0xF900...0xFDCF, 0xFDF0...0xFFEF: true
        case 0xE000...0xF8FF, 0xF0000...0x10FFFF: isQuery && scalar.value & 0xFFFE != 0xFFFE
        case 0x10000...0xDFFFF, 0xE1000...0xEFFFF: scalar.value & 0xFFFE != 0xFFFE
        default: false
        }
    }
}

/// The grammar of templates of URIs (RFC 6570, section 2).
enum URITemplateGrammar {
    static func isTemplate(_ text: String) -> Bool {
        var rest = Array(text.unicodeScalars)[...]
        while let scalar = rest.popFirst() {
            switch scalar {
            case "{":
                guard let end = rest.firstIndex(of: "}"), isExpression(rest[..<end]) else { return false }
                rest = rest[(end + 1)...]
            case "%": guard takeEscape(&rest) else { return false }
            case "}", " ", "\"", "<", ">", "\\", "^", "`", "|": return false
            default:
                guard (0x21...0x7E).contains(scalar.value) || URIGrammar.isInternational(scalar, isQuery: true) else { return false }
            }
        }
        return true
    }

    private static func isExpression(_ text: ArraySlice<Unicode.Scalar>) -> Bool {
        var rest = text
        if let first = rest.first, "+#./;?&=,!@|".unicodeScalars.contains(first) { rest.removeFirst() }
        return rest.split(separator: ",", omittingEmptySubsequences: false).allSatisfy(isVariable)
    }

    private static func isVariable(_ text: ArraySlice<Unicode.Scalar>) -> Bool {
        var name = text
        if name.last == "*" {
            name.removeLast()
        } else if let colon = name.firstIndex(of: ":") {
            let length = name[(colon + 1)...]
            guard (1...4).contains(length.count), length.first != "0", length.allSatisfy({ ("0"..."9").contains($0) }) else { return false }
            name = name[..<colon]
        }
        return name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { part in
            var rest = part
            while let scalar = rest.popFirst() {
                guard scalar == "%" ? takeEscape(&rest) : URIGrammar.isAlphanumeric(scalar) || scalar == "_" else { return false }
            }
            return !part.isEmpty
        }
    }

    private static func takeEscape(_ rest: inout ArraySlice<Unicode.Scalar>) -> Bool {
        guard rest.count >= 2, rest.prefix(2).allSatisfy(\.properties.isASCIIHexDigit) else { return false }
        rest = rest.dropFirst(2)
        return true
    }
}
