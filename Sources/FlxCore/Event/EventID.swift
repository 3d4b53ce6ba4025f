/// The identity of an event: a UUID, or any other text of 1 to 256 bytes from a foreign producer.
///
/// A UUID in its canonical form (lower case, 8-4-4-4-12) is kept as 128 bits. Every other text is kept unchanged, so a foreign id is sent
/// on byte for byte.
public struct EventID: Hashable, Sendable {
    /// The two forms of an id.
    public enum Form: Hashable, Sendable {
        /// A UUID, the most significant bits first.
        case uuid(UInt128)
        /// Any other text.
        case text(String)

        /// Bit for bit, and byte for byte.
        public static func == (left: Form, right: Form) -> Bool {
            switch (left, right) {
            case (.uuid(let left), .uuid(let right)): left == right
            case (.text(let left), .text(let right)): ExactText.same(left, right)
            default: false
            }
        }

        /// Equal for equal ids.
        public func hash(into hasher: inout Hasher) {
            switch self {
            case .uuid(let bits): hasher.combine(bits)
            case .text(let text): hasher.combine(ExactText(text))
            }
        }
    }

    /// The id in its form.
    public let form: Form

    /// Takes a UUID as its 128 bits.
    public init(uuid: UInt128) {
        form = .uuid(uuid)
    }

    /// Takes the text of an id.
    /// - Throws: ``FlxError/Code/invalidValue`` or ``FlxError/Code/limitExceeded`` for an empty, too long or unprintable text.
    public init(_ text: String) throws(FlxError) {
        if let uuid = UUIDText.parse(text) {
            form = .uuid(uuid)
        } else {
            form = .text(try NameRule.checked(text, field: "id"))
        }
    }

    /// The 128 bits, when the id is a UUID.
    public var uuid: UInt128? {
        if case .uuid(let bits) = form { bits } else { nil }
    }
}

extension EventID: CustomStringConvertible {
    /// The text of the id.
    public var description: String {
        switch form {
        case .text(let text): text
        case .uuid(let bits): String(unsafeUninitializedCapacity: 36) { UUIDText.write(bits, into: $0); return 36 }
        }
    }
}
