/// An event, or several, on its way: a body, its media type, and the attributes beside it.
///
/// It is the common part of an HTTP request and a broker's message. Attributes are beside the body only in the binary mode of CloudEvents.
public struct EventMessage: Hashable, Sendable {
    /// The media type of the body; nil when it is not known.
    @Exact public var contentType: String?
    /// The attributes of CloudEvents by their names, without prefix.
    public var attributes: [String: ExtensionValue]
    /// The body.
    public var body: [UInt8]

    /// Joins the parts.
    public init(contentType: String?, attributes: [String: ExtensionValue] = [:], body: [UInt8]) {
        self.contentType = contentType
        self.attributes = attributes
        self.body = body
    }
}

extension EventMessage {
    private static let prefix = "ce-"

    /// The headers of HTTP, in the order of their names: `content-type`, and `ce-` with each attribute, escaped by the rules of the HTTP
    /// binding of CloudEvents (section 3.1.3.2).
    /// - Throws: ``FlxError/Code/invalidValue`` for an extension that is a number or a boolean: a header is a text, and would be read back
    ///   as one. The same for a `schemaversion` that is a text of digits: it would be read back as a number.
    public var httpHeaders: [(name: String, value: String)] {
        get throws(FlxError) {
            var headers: [(name: String, value: String)] = contentType.map { [("content-type", $0)] } ?? []
            for (name, value) in attributes.sorted(by: { $0.key < $1.key }) {
                switch value {
                case .string(let text) where Self.number(name, text) != nil:
                    let advice = "use the structured mode"
                    throw FlxError(.invalidValue, "extension '\(name)' is a text, and would come back from a header as a number; \(advice)")
                case .string(let text): headers.append((Self.prefix + name, PercentEscape.escaped(text)))
                case .integer(let number) where name == "schemaversion": headers.append((Self.prefix + name, String(number)))
                case .integer, .bool:
                    let advice = "use the structured mode, or make it a text"
                    throw FlxError(.invalidValue, "extension '\(name)' is not a text, and would come back from a header as one; \(advice)")
                }
            }
            return headers
        }
    }

    /// The number in the text of a header: only for one attribute.
    private static func number(_ attribute: String, _ text: String) -> Int32? { attribute == "schemaversion" ? Int32(text) : nil }

    /// Reads an HTTP request or response. Other headers are ignored; names are compared without regard to case. Quotes around values,
    /// allowed by older versions of the binding, are removed.
    /// - Throws: ``FlxError/Code/invalidValue`` for a repeated attribute or media type, and for an attribute with other bytes than UTF-8
    ///   after its escapes are resolved.
    public init(httpHeaders: some Sequence<(name: String, value: String)>, body: [UInt8]) throws(FlxError) {
        self.init(contentType: nil, body: body)
        for header in httpHeaders {
            let name = header.name.loweredASCII
            if name == "content-type" {
                guard contentType == nil else { throw FlxError(.invalidValue, "header 'content-type' occurs twice") }
                contentType = header.value
            }
            guard let attribute = name.without(prefix: Self.prefix).map(String.init) else { continue }
            guard let text = PercentEscape.unescaped(header.value) else {
                throw FlxError(.invalidValue, "header '\(name.prefix(80))': its escapes are no UTF-8")
            }
            let value = Self.number(attribute, text).map { ExtensionValue.integer($0) } ?? .string(text)
            guard attributes.updateValue(value, forKey: attribute) == nil else {
                throw FlxError(.invalidValue, "header '\(name.prefix(80))' occurs twice")
            }
        }
    }
}

/// Texts in headers of HTTP: everything but visible ASCII is escaped.
enum PercentEscape {
    static func escaped(_ text: String) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if (0x21...0x7E).contains(byte), byte != UInt8(ascii: "%"), byte != UInt8(ascii: "\"") {
                bytes.append(byte)
            } else {
                let digits = Array("0123456789ABCDEF".utf8)
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The text; nil for bytes outside UTF-8. An incomplete escape is literal text.
    static func unescaped(_ text: String) -> String? {
        var bytes: [UInt8] = []
        var rest = unquoted(Array(text.utf8))[...]
        while let byte = rest.popFirst() {
            let digits = rest.prefix(2).compactMap { JSONEscapes.hexDigit($0) }
            guard byte == UInt8(ascii: "%"), digits.count == 2 else {
                bytes.append(byte)
                continue
            }
            bytes.append(UInt8(digits[0] << 4 | digits[1]))
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    /// The content of a quoted string (RFC 7230, section 3.2.6); other texts stay as they are.
    private static func unquoted(_ text: [UInt8]) -> [UInt8] {
        let (quote, backslash) = (UInt8(ascii: "\""), UInt8(ascii: "\\"))
        guard text.count >= 2, text.first == quote, text.last == quote else { return text }
        var (bytes, isEscaped) = ([UInt8](), false)
        for byte in text.dropFirst().dropLast() {
            isEscaped = byte == backslash && !isEscaped
            if !isEscaped { bytes.append(byte) }
        }
        return bytes
    }
}
