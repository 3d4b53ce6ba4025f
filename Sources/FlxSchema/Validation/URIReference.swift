import FlxCore

/// A URI or a relative reference, taken apart as RFC 3986 does it (appendix B), and without its fragment.
struct URIReference: Sendable, CustomStringConvertible {
    private var scheme: String?
    private var authority: String?
    private var path: String
    private var query: String?

    /// Takes a text apart; the fragment is left out.
    init(_ text: String) {
        var rest = text.halves(at: "#")?.0 ?? text[...]
        if let (before, query) = rest.halves(at: "?") { (rest, self.query) = (before, String(query)) }
        if let (scheme, behind) = rest.halves(at: ":"), Self.isScheme(scheme) { (self.scheme, rest) = (scheme.lowercased(), behind) }
        if let behind = rest.without(prefix: "//") {
            let end = behind.utf8.firstIndex(of: UInt8(ascii: "/")) ?? behind.endIndex
            authority = String(behind[..<end])
            rest = behind[end...]
        }
        path = String(rest)
    }

    private static func isScheme(_ text: Substring) -> Bool {
        let scalars = text.unicodeScalars
        return scalars.first?.properties.isAlphabetic == true
            && scalars.allSatisfy { $0.isASCII && ($0.properties.isAlphabetic || "0123456789+-.".unicodeScalars.contains($0)) }
    }

    /// True if it begins with a scheme.
    var isAbsolute: Bool { scheme != nil }

    /// The text, without the fragment.
    var description: String {
        (scheme.map { $0 + ":" } ?? "") + (authority.map { "//" + $0 } ?? "") + path + (query.map { "?" + $0 } ?? "")
    }

    /// The reference as seen from a base (section 5.2.2).
    func resolved(against base: URIReference) -> URIReference {
        var target = self
        if scheme == nil {
            target.scheme = base.scheme
            if authority == nil {
                target.authority = base.authority
                if path.isEmpty {
                    target.path = base.path
                    target.query = query ?? base.query
                    return target
                }
                if !path.begins(with: "/") { target.path = base.merged(with: path) }
            }
        }
        if target.scheme != nil || target.path.utf8.contains(UInt8(ascii: "/")) { target.path = Self.withoutDots(target.path) }
        return target
    }

    private func merged(with relative: String) -> String {
        if authority != nil, path.isEmpty { return "/" + relative }
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return relative }
        return path[...slash] + relative
    }

    /// Removes `.` and `..` (section 5.2.4).
    private static func withoutDots(_ path: String) -> String {
        var output: [Substring] = []
        let segments = path.parts(at: "/")
        for (index, segment) in segments.enumerated() {
            let isLast = index == segments.count - 1
            switch segment {
            case ".": if isLast { output.append("") }
            case "..":
                if output.count > 1 || output.first?.isEmpty == false { output.removeLast() }
                if isLast { output.append("") }
            default: output.append(segment)
            }
        }
        return output.joined(separator: "/")
    }

    /// The fragment of a text without its escapes; nil if it has none, or a broken one.
    static func fragment(of text: String) -> String? {
        guard let hash = text.utf8.firstIndex(of: UInt8(ascii: "#")) else { return nil }
        var (bytes, rest) = ([UInt8](), text.utf8[text.utf8.index(after: hash)...])
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = Substring(rest.prefix(2))
            guard digits.utf8.count == 2, digits.utf8.allSatisfy(\.isHexDigit), let value = UInt8(digits, radix: 16) else { return nil }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
