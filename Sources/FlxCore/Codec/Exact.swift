/// An optional text in a value with synthesised equality: it is compared and hashed by its bytes, as ``ExactText`` is.
///
/// Use it in a `Hashable` struct for texts from outside. Two values are then equal only if every other program calls them equal.
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
    /// The text as a value with comparison by bytes; nil for none.
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
