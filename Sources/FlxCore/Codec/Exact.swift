/// A text, or none, in a value whose equality is that of its parts: it is compared and hashed by its bytes, as ``ExactText`` is.
///
/// A `Hashable` struct marks its texts from outside with it, so that two values are equal only if every other program calls them so.
@propertyWrapper
public struct Exact<Text: OneText>: Hashable, Sendable {
    /// The text itself.
    public var wrappedValue: Text

    /// Takes the text.
    public init(wrappedValue: Text) { self.wrappedValue = wrappedValue }

    /// Byte for byte.
    public static func == (left: Self, right: Self) -> Bool { left.wrappedValue.exactText == right.wrappedValue.exactText }

    /// Equal for equal bytes.
    public func hash(into hasher: inout Hasher) { hasher.combine(wrappedValue.exactText) }
}

/// A text or no text: `String` and `String?`.
public protocol OneText: Sendable {
    /// The text as a value that is compared by its bytes; nil for none.
    var exactText: ExactText? { get }
}

extension String: OneText {
    /// The text.
    public var exactText: ExactText? { ExactText(self) }
}

extension Optional: OneText where Wrapped == String {
    /// The text, or nil.
    public var exactText: ExactText? { map { ExactText($0) } }
}
