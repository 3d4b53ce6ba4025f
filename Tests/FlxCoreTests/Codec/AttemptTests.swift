import FlxCore
import OrderedCollections
import Testing

@Suite("Types that read and write by attempts")
struct AttemptTests {
    /// Asks each value for a boolean and a text first, in vain, and takes what it is then.
    private enum Tried: Decodable {
        case number(Int)
        case array([Tried])
        case object([String: Tried])

        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            if (try? value.decode(Bool.self)) != nil || (try? value.decode(String.self)) != nil { throw FlxError(.typeMismatch, "neither") }
            if let number = try? value.decode(Int.self) { self = .number(number) } else if let array = try? value.decode([Tried].self) {
                self = .array(array)
            } else {
                self = .object(try value.decode([String: Tried].self))
            }
        }

        var sum: Int {
            switch self {
            case .number(let number): number
            case .array(let elements): elements.reduce(0) { $0 + $1.sum }
            case .object(let fields): fields.values.reduce(0) { $0 + $1.sum }
            }
        }
    }

    @Test("Names in which a value stands do not count for each attempt", arguments: [1, 900])
    func names(_ length: Int) throws {
        let (depth, count) = (60, 20_000)
        let name = String(repeating: "n", count: length)
        let open = (0..<depth).map { "{\"\(name)\($0)\":" }.joined()
        let numbers = (0..<count).map { _ in "[[1]]" }.joined(separator: ",")
        let text = "\(open)[\(numbers)]\(String(repeating: "}", count: depth))"
        #expect(try EventDecoder().decode(Tried.self, from: Array(text.utf8)).sum == count)
    }

    /// Looks for its fields in the order of their names, and asks each for a boolean first.
    private struct Sorted: Decodable {
        var sum = 0

        struct Name: CodingKey {
            let stringValue: String
            var intValue: Int? { nil }
            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }

        init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: Name.self)
            for name in fields.allKeys.map(\.stringValue).sorted() {
                let key = Name(stringValue: name)
                if (try? fields.decode(Bool.self, forKey: key)) == nil { sum += try fields.decode(Int.self, forKey: key) }
            }
        }
    }

    @Test("Fields that are asked for in another order are not counted again for each error")
    func order() throws {
        let count = 30_000
        let fields = (0..<count).map { "\"k\($0 * 7919 % 30_011)\":1" }.joined(separator: ",")
        #expect(try EventDecoder().decode(Sorted.self, from: Array("{\(fields)}".utf8)).sum == count)
    }

    /// Reads two arrays in turn, and asks each element for a boolean first.
    private struct Paired: Decodable {
        var sum = 0

        init(from decoder: any Decoder) throws {
            let arrays = try decoder.container(keyedBy: Name.self)
            var one = try arrays.nestedUnkeyedContainer(forKey: Name("one"))
            var other = try arrays.nestedUnkeyedContainer(forKey: Name("other"))
            func next(_ elements: inout any UnkeyedDecodingContainer) throws {
                if (try? elements.decode(Bool.self)) == nil { sum += try elements.decode(Int.self) }
            }
            while !one.isAtEnd {
                try next(&one)
                try next(&other)
            }
        }
    }

    @Test("Two arrays that are read in turn are not counted again for each error")
    func turns() throws {
        let count = 40_000
        let numbers = (0..<count).map { _ in "1" }.joined(separator: ",")
        let text = "{\"one\":[\(numbers)],\"other\":[\(numbers)]}"
        #expect(try EventDecoder().decode(Paired.self, from: Array(text.utf8)).sum == 2 * count)
    }

    @Test("Places are equal where their offsets and pointers are, whoever made them")
    func equal() throws {
        func place(_ text: String) throws -> FlxError.Location? {
            let error = #expect(throws: FlxError.self) { try EventDecoder().decode([String: [Bool]].self, from: Array(text.utf8)) }
            return error?.location
        }
        let (one, other) = (try place(#"{"a/b":[true,1]}"#), try place(#"{"a/b":[null,1]}"#))
        #expect(one == FlxError.Location(offset: 13, pointer: "/a~1b/1") && one != other && other?.pointer == "/a~1b/0")
        #expect(Set([one, FlxError.Location(offset: 13, pointer: "/a~1b/1")]).count == 1)
    }

    /// A value whose type is a function.
    private struct Made: Encodable {
        let body: (any Encoder) throws -> Void
        init(_ body: @escaping (any Encoder) throws -> Void) { self.body = body }
        func encode(to encoder: any Encoder) throws { try body(encoder) }
    }

    private static var failing: Made {
        Made { encoder in
            var fields = encoder.container(keyedBy: Name.self)
            try fields.encode(1, forKey: Name("x"))
            var inner = fields.nestedUnkeyedContainer(forKey: Name("inner"))
            try inner.encode(2)
            throw FlxError(.invalidValue, "no")
        }
    }

    private func text(_ body: @escaping (any Encoder) throws -> Void) throws -> String {
        String(decoding: try EventEncoder().encode(["v": Made(body)]), as: UTF8.self)
    }

    @Test("What a type tries to write in vain leaves nothing behind")
    func nothing() throws {
        let fields = try text { encoder in
            var fields = encoder.container(keyedBy: Name.self)
            try? fields.encode(Double.nan, forKey: Name("a"))
            try fields.encode(1, forKey: Name("b"))
            do { try fields.encode(Float.infinity, forKey: Name("c")) } catch { try fields.encode("inf", forKey: Name("c")) }
            try? fields.encode([Self.failing], forKey: Name("d"))
            try? fields.encode(Self.failing, forKey: Name("e"))
        }
        #expect(fields == #"{"v":{"b":1,"c":"inf"}}"#)
        let elements = try text { encoder in
            var elements = encoder.unkeyedContainer()
            try? elements.encode(Double.nan)
            try elements.encode(1)
            for number in 2..<4 { do { try elements.encode(["k": Self.failing]) } catch { try elements.encode(number) } }
            try? elements.encode(Self.failing)
            #expect(elements.count == 3)
        }
        #expect(elements == #"{"v":[1,2,3]}"#)
        let whole = try text { encoder in
            var value = encoder.singleValueContainer()
            do { try value.encode(Double.nan) } catch { try value.encode("nan") }
        }
        #expect(whole == #"{"v":"nan"}"#)
        let many = try text { encoder in
            var fields = encoder.container(keyedBy: Name.self)
            for number in 0..<200 {
                try? fields.encode(Self.failing, forKey: Name("k\(number)"))
                try fields.encode(number, forKey: Name("k\(number)"))
                #expect(throws: FlxError.self) { try fields.encode(0, forKey: Name("k\(number)")) }
            }
        }
        #expect(try EventValue(json: Array(many.utf8))["v"]?.object?.count == 200)
    }

    /// Writes itself, and passes over an error, or forgets a value.
    private struct Careless: JSONWritable {
        let way: Int

        struct Open: JSONWritable {
            func write(to json: inout JSONWriter) throws(FlxError) {
                json.beginArray()
                json.writeInteger(1)
                throw FlxError(.invalidValue, "no")
            }
        }

        func write(to json: inout JSONWriter) throws(FlxError) {
            json.beginObject()
            switch way {
            case 0: try? json.field("a", Double.nan)
            case 1: try? json.field("a", Open())
            case 2: json.key("a")
            default:
                try? json.field("a", Float.infinity)
                try json.field("b", 1)
            }
            json.endObject()
        }
    }

    @Test("What a type that writes itself passes over is an error at the end, and no broken text", arguments: 0..<4)
    func passedOver(_ way: Int) {
        #expect { try Careless(way: way).json() } throws: { ($0 as? FlxError)?.code == .invalidValue }
        #expect { try [[Careless(way: way)]].json() } throws: { ($0 as? FlxError)?.code == .invalidValue }
    }

    @Test("A value that fails before it writes anything is the one that the error names")
    func place() {
        let thrower = Made { _ in throw FlxError(.invalidValue, "here") }
        func place(_ value: some Encodable) -> String? {
            #expect(throws: FlxError.self) { try EventEncoder().encode(value) }?.location?.pointer
        }
        #expect(place(["a": [Made { try 1.encode(to: $0) }, thrower]]) == "/a/1")
        #expect(place(["a": [[1, 2], [3, Double.nan]]]) == "/a/1/1")
        #expect(place(["a": Self.failing]) == "/a")
        let nested = Made { encoder in
            var fields = encoder.container(keyedBy: Name.self)
            var elements = fields.nestedUnkeyedContainer(forKey: Name("n"))
            try elements.encode(1)
            try fields.encode(2, forKey: Name("after"))
            try elements.encode([thrower])
        }
        #expect(place(["a": nested]) == "/a/n/1/0")
    }

    /// Looks where it stands while it writes each of its elements.
    private struct Aware: Encodable {
        let count: Int

        func encode(to encoder: any Encoder) throws {
            var elements = encoder.unkeyedContainer()
            for number in 0..<count {
                try elements.encode(Made { inner in
                    #expect(inner.codingPath.map(\.stringValue) == ["list", "\(number)"])
                    try number.encode(to: inner)
                })
            }
        }
    }

    @Test("A type may ask for its path at each element, also inside of what writes itself")
    func paths() throws {
        struct Written: JSONWritable {
            func write(to json: inout JSONWriter) throws(FlxError) {
                json.beginArray()
                json.write("first")
                try json.write(Made { encoder in
                    #expect(encoder.codingPath.map(\.stringValue) == ["1"])
                    try "second".encode(to: encoder)
                })
                json.endArray()
            }
        }
        #expect(try EventEncoder().encode(["list": Aware(count: 20_000)]).count > 100_000)
        #expect(String(decoding: try Written().json(), as: UTF8.self) == #"["first","second"]"#)
    }
}
