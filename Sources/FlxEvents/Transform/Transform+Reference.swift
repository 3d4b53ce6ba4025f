public import FlxCore

extension Transform {
    /// A place in an event: a JSON pointer (RFC 6901) into its data, such as `/customer/name`, or the name of an attribute of
    /// CloudEvents, such as `subject`, `userid` or the name of an extension. The empty text is all of the data.
    public enum Reference: Hashable, Sendable {
        /// A value in the data, by the names and numbers that lead to it.
        case data([String])
        /// An attribute, by its name.
        case attribute(String)

        /// Reads a reference.
        /// - Throws: ``FlxError/Code/invalidValue`` for a pointer with a broken escape, and for a name that no attribute can have.
        public init(_ text: String) throws(FlxError) {
            guard !text.isEmpty, text.utf8.first != UInt8(ascii: "/") else {
                var path: [String] = []
                for token in text.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
                    path.append(try Self.unescaped(token))
                }
                self = .data(path)
                return
            }
            guard ["id", "type", "source", "subject", "time", "dataschema"].contains(text) || (try? ExtensionName(text)) != nil else {
                throw FlxError(.invalidValue, "'\(text.prefix(80))' is no attribute; a place in the data begins with /")
            }
            self = .attribute(text)
        }

        private static func unescaped(_ token: Substring) throws(FlxError) -> String {
            var text = ""
            var rest = token.unicodeScalars[...]
            while let scalar = rest.popFirst() {
                guard scalar == "~" else {
                    text.unicodeScalars.append(scalar)
                    continue
                }
                switch rest.popFirst() {
                case "0": text += "~"
                case "1": text += "/"
                default: throw FlxError(.invalidValue, "'\(token.prefix(80))': after ~ there must be 0 or 1")
                }
            }
            return text
        }
    }
}

extension Transform.Reference: CustomStringConvertible {
    /// The text of the reference.
    public var description: String {
        switch self {
        case .attribute(let name): name
        case .data(let path): path.map { "/" + $0.pointerEscaped }.joined()
        }
    }
}

extension Transform.Reference: ExpressibleByStringLiteral {
    /// A literal reference; one that breaks the rule is a programmer's error and traps.
    public init(stringLiteral text: String) {
        do {
            self = try Self(text)
        } catch {
            preconditionFailure(error.message)
        }
    }
}

extension String {
    /// The text as a part of a JSON pointer.
    var pointerEscaped: String {
        var text = ""
        for scalar in unicodeScalars {
            switch scalar {
            case "~": text += "~0"
            case "/": text += "~1"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
