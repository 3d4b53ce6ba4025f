public import OrderedCollections

/// A type of dictionary keys for dictionaries written as JSON objects.
public protocol JSONKey: Hashable {
    /// Makes the key of a field.
    init(jsonKey: String)
    /// The name of the field.
    var jsonKey: String { get }
}

extension String: JSONKey {
    /// The name as it is.
    @inlinable
    public init(jsonKey: String) { self = jsonKey }
    /// The text as it is.
    @inlinable
    public var jsonKey: String { self }
}

extension ExactText: JSONKey {
    /// The name as it is.
    public init(jsonKey: String) { self.init(jsonKey) }
    /// The text as it is.
    public var jsonKey: String { description }
}

extension JSONReader {
    /// The error for a key that a dictionary's key type cannot distinguish from another one of the object, although the bytes differ.
    @usableFromInline
    func lookAlike(_ key: String) -> FlxError { failure(.typeMismatch, Self.lookAlike(key)) }

    /// Refuses a text in a set with a similar text of other bytes.
    @usableFromInline
    func checkSame<Element>(_ known: Element, _ element: Element) throws(FlxError) {
        guard duplicates == .refused, let known = known as? String, let text = element as? String else { return }
        guard !ExactText.same(known, text) else { return }
        let reason = "a set of String cannot tell them apart; use ExactText for its elements"
        throw failure(.typeMismatch, "the text '\(text)' looks like another one of the array, and \(reason)")
    }

    /// The text of this error.
    static func lookAlike(_ key: String) -> String {
        "the key '\(key)' looks like another one of the object, and a dictionary by String cannot tell them apart; use ExactText as its key"
    }
}

extension OrderedDictionary where Key == ExactText {
    /// The value under a text; nil if there is none. Setting nil removes it.
    public subscript(key: String) -> Value? {
        get { self[ExactText(key)] }
        _modify { yield &self[ExactText(key)] }
    }

    /// The value under a text, or else the default.
    public subscript(key: String, default value: @autoclosure () -> Value) -> Value {
        get { self[ExactText(key), default: value()] }
        _modify { yield &self[ExactText(key), default: value()] }
    }
}

extension Dictionary where Key == ExactText {
    /// The value under a text; nil if there is none. Setting nil removes it.
    public subscript(key: String) -> Value? {
        get { self[ExactText(key)] }
        _modify { yield &self[ExactText(key)] }
    }

    /// The value under a text, or else the default.
    public subscript(key: String, default value: @autoclosure () -> Value) -> Value {
        get { self[ExactText(key), default: value()] }
        _modify { yield &self[ExactText(key), default: value()] }
    }
}
