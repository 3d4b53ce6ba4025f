public import FlxCore

extension Transform {
    /// A place in an event: a JSON pointer (RFC 6901) into its data, such as `/customer/name`, or the name of an attribute of
    /// CloudEvents, such as `subject`, `userid` or the name of an extension. The empty text is all of the data.
    public enum Reference: Sendable {
        /// A value in the data, by its path of names and numbers.
        case data([String])
        /// An attribute, by its name.
        case attribute(String)

        /// Reads a reference.
        /// - Throws: ``FlxError/Code/invalidValue`` for a pointer with a broken escape, and for an impossible attribute name;
        ///   ``FlxError/Code/limitExceeded`` for a pointer of more than 64 steps.
        public init(_ text: String) throws(FlxError) {
            guard !text.isEmpty, text.utf8.first != UInt8(ascii: "/") else {
                var path: [String] = []
                for token in text.parts(at: "/").dropFirst() {
                    guard let name = JSONPointer.unescaped(token) else {
                        throw FlxError(.invalidValue, "'\(token.prefix(80))': after ~ there must be 0 or 1")
                    }
                    path.append(name)
                }
                // Data is not nested deeper.
                guard path.count <= JSONLimits.standard.maximumDepth else {
                    let most = JSONLimits.standard.maximumDepth
                    throw FlxError(.limitExceeded, "'\(text.prefix(80))' has \(path.count) steps: at most \(most) are allowed")
                }
                self = .data(path)
                return
            }
            guard ["id", "type", "source", "subject", "time", "dataschema"].contains(text) || (try? ExtensionName(text)) != nil else {
                throw FlxError(.invalidValue, "'\(text.prefix(80))' is no attribute; a place in the data begins with /")
            }
            self = .attribute(text)
        }
    }
}

extension Transform.Reference: Hashable {
    /// The same place; names byte for byte.
    public static func == (left: Self, right: Self) -> Bool { ExactText.same(left.description, right.description) }

    /// Equal for equal places.
    public func hash(into hasher: inout Hasher) { hasher.combine(ExactText(description)) }
}

extension Transform.Reference: CustomStringConvertible {
    /// The text of the reference.
    public var description: String {
        switch self {
        case .attribute(let name): name
        case .data(let path): path.map { "/" + JSONPointer.escaped($0) }.joined()
        }
    }
}

extension Transform.Reference: ExpressibleByStringLiteral {
    /// Creates a literal reference; an invalid one is a programmer's error and traps.
    public init(stringLiteral text: String) {
        do {
            self = try Self(text)
        } catch {
            preconditionFailure(error.message)
        }
    }
}
