import FlxCore
import OrderedCollections
import Testing

/// Texts and keys of JSON that look alike and are not the same.
@Suite("Exact texts")
struct ExactTextTests {
    /// Two ways to write one word in Unicode, and what Swift's `String` calls equal.
    static let (composed, apart) = ("caf\u{E9}", "cafe\u{301}")
    static let both = #"{"caf\#u{E9}":1,"cafe\#u{301}":2}"#

    @Test("Texts are told apart and ordered by their bytes")
    func identity() {
        let spellings = [("é", "e\u{301}"), ("Å", "\u{212B}"), ("\u{1E69}", "s\u{307}\u{323}"), ("가", "\u{1100}\u{1161}")]
        for (one, other) in spellings {
            #expect(one == other, "the case shows nothing")
            #expect(ExactText(one) != ExactText(other))
            #expect(Set([ExactText(one), ExactText(other), ExactText(one)]).count == 2)
            #expect((ExactText(one) < ExactText(other)) == one.utf8.lexicographicallyPrecedes(other.utf8))
            #expect(EventValue.string(one) != .string(other))
            #expect(Set([EventValue.string(one), .string(other)]).count == 2)
        }
    }

    @Test("Equality, order and hash agree with the bytes, of native and of sliced texts")
    func agreement() {
        var random = SeededRandom(seed: 20_261_128)
        let scalars: [Unicode.Scalar] = ["a", "e", "é", "\u{301}", "z", "\u{323}", "s", "\u{307}", "\u{10FFFD}", ","]
        let texts = (0..<300).map { _ in
            var text = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 0...12, using: &random) { text.append(scalars.randomElement(using: &random) ?? "a") }
            return String(text)
        }
        for left in texts {
            let sliced = ExactText(Substring(("x" + left).unicodeScalars.dropFirst()))
            #expect(ExactText(left) == sliced && ExactText(left).hashValue == sliced.hashValue)
            #expect(left.scalarCount == left.unicodeScalars.count)
            for right in texts {
                #expect((ExactText(left) == ExactText(right)) == Array(left.utf8).elementsEqual(Array(right.utf8)))
                #expect((ExactText(left) < ExactText(right)) == Array(left.utf8).lexicographicallyPrecedes(Array(right.utf8)))
            }
        }
    }

    @Test("An object with look-alike keys is read, changed and written by every reader")
    func objects() throws {
        let value = try EventValue(json: Array(Self.both.utf8))
        #expect(value[Self.composed] == 1 && value[Self.apart] == 2 && value.object?.count == 2)
        #expect(value[pointer: "/" + Self.apart] == 2)
        #expect(value.description.utf8.elementsEqual(Self.both.utf8))
        var changed = value
        changed[Self.composed] = nil
        #expect(changed == [Self.apart: 2] && changed != [Self.composed: 2])
        #expect([Self.composed: 1, Self.apart: 2] == value)

        for type in [ContentType.cbor, .messagePack] {
            #expect(try type.codec.decode(type.codec.encode(value), foreign: .refused, limits: .standard) == value)
        }
        let encoded = try EventEncoder().encode(Wrapped(value: value, byKey: [ExactText(Self.apart): 2, ExactText(Self.composed): 1]))
        let decoded = try EventDecoder().decode(Wrapped.self, from: encoded)
        #expect(decoded.value == value && decoded.byKey.count == 2 && decoded.byKey[Self.apart] == 2)
    }

    /// A type that only `Codable` reads, so that the containers are asked.
    private struct Wrapped: Codable {
        var value: EventValue
        var byKey: [ExactText: Int]
    }

    private struct Keys: Codable {
        enum CodingKeys: String, CodingKey { case composed = "caf\u{E9}", apart = "cafe\u{301}" }
        var composed: Int
        var apart: Int
    }

    @Test("Fields of types are found by their bytes, escaped or not")
    func fields() throws {
        let fields = JSONFields([Self.composed, Self.apart])
        for text in [Self.both, #"{"cafe\u0301":1,"caf\u00e9":2}"#] {
            var json = try JSONReader(Array(text.utf8).span)
            try json.beginObject()
            var found: [Int] = []
            while let field = try json.nextField(of: fields) {
                found.append(field)
                try json.skipValue()
            }
            #expect(found == (text == Self.both ? [0, 1] : [1, 0]))
        }
        let many = JSONFields((0..<30).map { "field\($0)" } + [Self.composed, Self.apart])
        var json = try JSONReader(Array(#"{"cafe\u0301":1}"#.utf8).span)
        try json.beginObject()
        #expect(try json.nextField(of: many) == 31)
    }

    @Test("A dictionary that cannot tell keys apart says so")
    func dictionaries() throws {
        let bytes = Array(Self.both.utf8)
        #expect(try [ExactText: Int](json: bytes).count == 2)
        #expect(try OrderedDictionary<ExactText, Int>(json: bytes).count == 2)
        for read in [
            { _ = try [String: Int](json: bytes) }, { _ = try OrderedDictionary<String, Int>(json: bytes) },
            { _ = try EventDecoder().decode([String: [Pair]].self, from: Array(#"{"caf\#u{E9}":[],"cafe\#u{301}":[]}"#.utf8)) },
        ] {
            #expect { try read() } throws: { ($0 as? FlxError)?.code == .typeMismatch }
        }
        #expect { try EventValue(json: Array(#"{"é":1,"é":2}"#.utf8)) } throws: { ($0 as? FlxError)?.code == .malformed }
    }

    private struct Pair: Codable {
        var left: Int
    }

    /// A key that is written in another way than it is told.
    private struct Lowered: JSONKey {
        let name: String
        init(_ name: String) { self.name = name }
        init(jsonKey: String) { name = jsonKey }
        var jsonKey: String { name.lowercased() }
    }

    @Test("Each field of a dictionary is written, also where its key is read as another one, and no two under one name")
    func lossyKeys() throws {
        #expect(String(decoding: try [Lowered("B"): 1, Lowered("A"): 2].json(), as: UTF8.self) == #"{"a":2,"b":1}"#)
        #expect { try [Lowered("A"): 1, Lowered("a"): 2].json() } throws: { ($0 as? FlxError)?.code == .invalidValue }
    }

    @Test("A set that cannot tell texts apart says so")
    func sets() throws {
        let bytes = Array("[\"caf\u{E9}\",\"a\",\"a\",\"cafe\u{301}\"]".utf8)
        #expect(try Set<ExactText>(json: bytes).count == 3)
        for read in [{ try Set<String>(json: bytes) }, { try EventDecoder().decode(Set<String>.self, from: bytes) }] {
            let error = #expect(throws: FlxError.self) { try read() }
            #expect(error?.code == .typeMismatch && error?.location?.pointer == "/3")
        }
        #expect(try Set<String>(json: Array(#"["a","b","a"]"#.utf8)) == ["a", "b"])
    }

    @Test("A dictionary is written in the order of the bytes of its keys")
    func order() throws {
        let dictionary: [ExactText: Int] = ["\u{FB01}": 1, "\u{10000}": 2, "b": 3, "é": 4, "e\u{301}": 5]
        let text = "{\"b\":3,\"e\u{301}\":5,\"é\":4,\"\u{FB01}\":1,\"\u{10000}\":2}"
        #expect(try dictionary.json().elementsEqual(text.utf8))
        #expect(try EventEncoder().encode(dictionary.mapValues { Optional($0) }).elementsEqual(text.utf8))
    }
}
