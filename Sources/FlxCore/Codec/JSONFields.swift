/// The names of a type's fields, prepared so that a reader recognises the next one without making a string.
///
/// Make it once a type (`static let`), in the usual order of the fields in a text. The reader tries that order first.
public struct JSONFields: Sendable {
    /// One name as in a compact text: `"name":`, in words of eight bytes, the last one filled with zeros.
    struct Field: Sendable {
        let firstWord: Int
        let fullWords: Int
        let tailMask: UInt64
        /// Quotes and colon included.
        let byteCount: Int
    }

    let fields: [Field]
    let words: [UInt64]
    /// For more fields than a scan should visit.
    let indexByName: [ExactText: Int]?
    /// The names, in order.
    public let names: [String]

    /// Prepares names, in the usual order of the fields.
    public init(_ names: String...) {
        self.init(names)
    }

    /// Prepares names, in the usual order of the fields.
    public init(_ names: [String]) {
        var fields: [Field] = []
        var words: [UInt64] = []
        for name in names {
            var writer = JSONWriter(capacity: name.utf8.count + 2)
            writer.write(name)
            let pattern = writer.finish() + [UInt8(ascii: ":")]
            let tail = pattern.count % 8
            fields.append(
                Field(
                    firstWord: words.count, fullWords: pattern.count / 8, tailMask: tail == 0 ? 0 : (1 << UInt64(tail * 8)) - 1,
                    byteCount: pattern.count))
            for start in stride(from: 0, to: pattern.count, by: 8) {
                words.append(Self.word(of: pattern[start..<min(start + 8, pattern.count)]))
            }
        }
        self.names = names
        self.fields = fields
        self.words = words
        let pairs = names.enumerated().map { (ExactText($1), $0) }
        indexByName = names.count > 24 ? Dictionary(pairs, uniquingKeysWith: { first, _ in first }) : nil
    }

    private static func word(of bytes: ArraySlice<UInt8>) -> UInt64 {
        var word: UInt64 = 0
        for byte in bytes.reversed() { word = word << 8 | UInt64(byte) }
        return word
    }
}
