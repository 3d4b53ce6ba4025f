/// A text with equality by bytes: two texts are the same only if both have the same bytes of UTF-8.
///
/// `String` treats some different texts as equal, such as the two ways to write "é" in Unicode. Every other program distinguishes names,
/// keys and other texts from outside. Use this type for them as keys of a dictionary or elements of a set. A literal is one:
/// `fields["total"]`.
public struct ExactText: Hashable, Comparable, Sendable, CustomStringConvertible, ExpressibleByStringInterpolation {
    /// The text itself.
    public let description: String

    /// Takes a text.
    public init(_ text: String) { description = text }

    /// Takes a part of a text.
    public init(_ text: Substring) { description = String(text) }

    /// A literal text.
    public init(stringLiteral text: String) { description = text }

    /// Byte for byte.
    public static func == (left: Self, right: Self) -> Bool { same(left.description, right.description) }

    /// In the order of the bytes.
    public static func < (left: Self, right: Self) -> Bool { precedes(left.description, right.description) }

    /// Equal for equal bytes.
    public func hash(into hasher: inout Hasher) {
        let isContiguous: Void? = description.utf8.withContiguousStorageIfAvailable {
            hasher.combine(bytes: UnsafeRawBufferPointer($0))
        }
        if isContiguous == nil {
            // One piece, as above: the hash depends on the pieces given to the hasher.
            Array(description.utf8).withUnsafeBytes { hasher.combine(bytes: $0) }
        }
        hasher.combine(0xFF as UInt8)
    }
}

extension ExactText {
    /// Returns true if two texts have the same bytes.
    package static func same(_ left: String, _ right: String) -> Bool {
        left.utf8.count == right.utf8.count && hasEqualBytes(left, right)
    }

    /// Returns true if two texts have the same bytes, or neither of them is there.
    package static func same(_ left: String?, _ right: String?) -> Bool {
        guard let left, let right else { return left == nil && right == nil }
        return same(left, right)
    }

    /// Returns true if the first text is before the second in the order of their bytes.
    package static func precedes(_ left: String, _ right: String) -> Bool {
        let contiguous = left.utf8.withContiguousStorageIfAvailable { left in
            right.utf8.withContiguousStorageIfAvailable { right in
                let count = min(left.count, right.count)
                for index in 0..<count where left[index] != right[index] { return left[index] < right[index] }
                return left.count < right.count
            }
        }
        return (contiguous ?? nil) ?? left.utf8.lexicographicallyPrecedes(right.utf8)
    }

    private static func hasEqualBytes(_ left: String, _ right: String) -> Bool {
        let contiguous = left.utf8.withContiguousStorageIfAvailable { left in
            right.utf8.withContiguousStorageIfAvailable { right in
                let (left, right) = (UnsafeRawBufferPointer(left), UnsafeRawBufferPointer(right))
                var index = 0
                while index + 8 <= left.count {
                    let word = left.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                    guard word == right.loadUnaligned(fromByteOffset: index, as: UInt64.self) else { return false }
                    index += 8
                }
                while index < left.count {
                    guard left[index] == right[index] else { return false }
                    index += 1
                }
                return true
            }
        }
        return (contiguous ?? nil) ?? left.utf8.elementsEqual(right.utf8)
    }
}

extension ExactText: JSONCodable, Codable, CodingKeyRepresentable {
    /// Writes a string.
    public func write(to json: inout JSONWriter) throws(FlxError) { json.write(description) }

    /// Reads a string.
    public init(json: inout JSONReader) throws(FlxError) { self.init(try json.readString()) }

    /// Writes a string.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    /// Reads a string.
    public init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode(String.self))
    }

    /// The text as a key, so a dictionary of them is an object.
    public var codingKey: any CodingKey { PathKey(description) }

    /// Takes the text of a key.
    public init?<Key: CodingKey>(codingKey: Key) { self.init(codingKey.stringValue) }
}
