import FlxCore
import Foundation
import Testing

/// `Codable` types through our encoder and decoder: every feature of the protocols.
@Suite("Codable")
struct CodableTests {
    enum Shape: Codable, Equatable { case circle(radius: Double), rectangle(Int, Int), empty }
    enum Color: String, Codable { case red, green }
    enum Level: Int, Codable { case low = 1, high = 2 }

    struct Everything: Codable, Equatable {
        var (flag, text, double, float) = (true, "a\"é\n", 0.1, Float(1.5))
        var (i8, i16, i32, i64, int) = (Int8.min, Int16.max, Int32.min, Int64.min, -1)
        var (u8, u16, u32, u64, uint) = (UInt8.max, UInt16(7), UInt32.max, UInt64.max, UInt(3))
        var present: Int? = 5
        var absent: String?
        var list = [[1, 2], [], [3]]
        var optionals: [String?] = ["a", nil]
        var shapes: [Shape] = [.circle(radius: 2.5), .rectangle(1, 2), .empty]
        var colors: [Color: Int] = [.red: 1]
        var (color, level) = (Color.green, Level.high)
        var map = ["z": [1], "a": [], "m": [2, 3]]
        var numbers: [Int: String] = [2: "b", 1: "a"]
        var value: EventValue = ["b": 1, "a": [nil, true, 1.5, "x"]]
        var (id, duration) = (UUID(), Duration.milliseconds(1500))
        var set: Set<Int> = [3, 1, 2]
        var nested = Nested(name: "n", parts: [1, 2], deep: "d")
    }

    /// Fills two nested containers in turn.
    struct Nested: Codable, Equatable {
        var (name, parts, deep): (String, [Int], String)

        enum Keys: CodingKey { case outer, list, after }
        enum Inner: CodingKey { case name, deeper }
        enum Deeper: CodingKey { case deep }

        init(name: String, parts: [Int], deep: String) { (self.name, self.parts, self.deep) = (name, parts, deep) }

        init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: Keys.self)
            let inner = try fields.nestedContainer(keyedBy: Inner.self, forKey: .outer)
            name = try inner.decode(String.self, forKey: .name)
            deep = try inner.nestedContainer(keyedBy: Deeper.self, forKey: .deeper).decode(String.self, forKey: .deep)
            var list = try fields.nestedUnkeyedContainer(forKey: .list)
            var elements = try list.nestedUnkeyedContainer()
            parts = []
            while !elements.isAtEnd { parts.append(try elements.decode(Int.self)) }
            #expect(elements.currentIndex == parts.count && elements.count == parts.count)
            #expect(try list.nestedContainer(keyedBy: Deeper.self).decodeIfPresent(String.self, forKey: .deep) == nil)
        }

        func encode(to encoder: any Encoder) throws {
            var fields = encoder.container(keyedBy: Keys.self)
            var outer = fields.nestedContainer(keyedBy: Inner.self, forKey: .outer)
            var list = fields.nestedUnkeyedContainer(forKey: .list)
            try fields.encode(0, forKey: .after)
            var elements = list.nestedUnkeyedContainer()
            var deeper = outer.nestedContainer(keyedBy: Deeper.self, forKey: .deeper)
            for part in parts { try elements.encode(part) }
            _ = list.nestedContainer(keyedBy: Deeper.self)
            try outer.encode(name, forKey: .name)
            try deeper.encode(deep, forKey: .deep)
            #expect(deeper.codingPath.map(\.stringValue).suffix(2) == ["outer", "deeper"])
        }
    }

    class Animal: Codable {
        var legs = 4
        init() {}
    }

    final class Dog: Animal {
        var name = "Rex"
        enum Keys: CodingKey { case name }

        override init() { super.init() }

        required init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: Keys.self)
            name = try fields.decode(String.self, forKey: .name)
            try super.init(from: fields.superDecoder())
        }

        override func encode(to encoder: any Encoder) throws {
            var fields = encoder.container(keyedBy: Keys.self)
            try super.encode(to: fields.superEncoder())
            try fields.encode(name, forKey: .name)
        }
    }

    static func text(_ value: some Encodable) throws -> String { String(decoding: try EventEncoder().encode(value), as: UTF8.self) }

    @Test("Everything comes back equal, and equal values give equal bytes")
    func roundTrip() throws {
        let value = Everything()
        let bytes = try EventEncoder().encode(value)
        let back = try EventDecoder().decode(Everything.self, from: bytes)
        #expect(back == value)
        #expect(try EventEncoder().encode(back) == bytes)
        var reader = try JSONReader(bytes.span)
        try reader.skipValue()
        try reader.readEnd()
    }

    @Test("The texts are what the standard library's coding says")
    func texts() throws {
        #expect(try Self.text([Shape.circle(radius: 2.5), .rectangle(1, 2), .empty])
            == #"[{"circle":{"radius":2.5}},{"rectangle":{"_0":1,"_1":2}},{"empty":{}}]"#)
        #expect(try Self.text(["z": 1, "a": 2, "m": 3]) == #"{"a":2,"m":3,"z":1}"#)
        #expect(try Self.text(Nested(name: "n", parts: [1, 2], deep: "d"))
            == #"{"outer":{"deeper":{"deep":"d"},"name":"n"},"list":[[1,2],{}],"after":0}"#)
        #expect(try Self.text(Dog()) == #"{"super":{"legs":4},"name":"Rex"}"#)
        #expect(try Self.text(Int?.none) == "null")
        #expect(try Self.text([String]()) == "[]")
        let dog = try EventDecoder().decode(Dog.self, from: Array(#"{"name":"Bo","super":{"legs":3}}"#.utf8))
        #expect(dog.name == "Bo" && dog.legs == 3)
    }

    @Test("Foundation reads what we write, and we read what it writes")
    func foundation() throws {
        struct Plain: Codable, Equatable {
            var (a, b, c, d) = (1, [true, false], ["k": "v/é\u{1}"], Optional("x"))
            var shape = Shape.rectangle(3, 4)
        }
        #expect(try JSONDecoder().decode(Plain.self, from: Data(EventEncoder().encode(Plain()))) == Plain())
        #expect(try EventDecoder().decode(Plain.self, from: Array(JSONEncoder().encode(Plain()))) == Plain())
    }

    @Test("Errors name the value", arguments: [
        (#"[{"circle":{"radius":"x"}}]"#, 21, "/0/circle/radius", "expected a number, found a string"),
        (#"[{"circle":{}}]"#, 11, "/0/circle", "the field 'radius' is missing"),
        (#"[{"empty":{}},5]"#, 14, "/1", "expected an object, found a number"),
        (#"{"a":1}"#, 0, "", "expected an array, found an object"),
    ])
    func errors(text: String, offset: Int, pointer: String, message: String) throws {
        let error = try #require(throws: FlxError.self) { try EventDecoder().decode([Shape].self, from: Array(text.utf8)) }
        #expect(error.code == .typeMismatch)
        #expect(error.message == message)
        #expect(error.location == FlxError.Location(offset: offset, pointer: pointer))
        // The same inside a text that is read by hand.
        let outer = Array("{\"in\": [0, \(text)]}".utf8)
        let inner = try #require(throws: FlxError.self) {
            var reader = try JSONReader(outer.span)
            try reader.beginObject()
            _ = try reader.nextKey()
            try reader.beginArray()
            _ = try reader.nextElement()
            try reader.skipValue()
            _ = try reader.nextElement()
            _ = try reader.read([Shape].self)
        }
        #expect(inner.location == FlxError.Location(offset: offset + 11, pointer: "/in/1" + pointer))
    }

    @Test("Errors of the types themselves become ours")
    func ownErrors() throws {
        let unknown = try #require(throws: FlxError.self) { try EventDecoder().decode([Color].self, from: Array(#"["red","blue"]"#.utf8)) }
        #expect(unknown.location == FlxError.Location(offset: 7, pointer: "/1"))
        let endless = try #require(throws: FlxError.self) { try EventEncoder().encode(["a": [1, .infinity]]) }
        #expect(endless.code == .invalidValue && endless.location?.pointer == "/a/1")
        struct Twice: Encodable {
            enum Keys: CodingKey { case a }
            func encode(to encoder: any Encoder) throws {
                var fields = encoder.container(keyedBy: Keys.self)
                try fields.encode(1, forKey: .a)
                try fields.encode(2, forKey: .a)
            }
        }
        #expect(throws: FlxError.self) { try EventEncoder().encode(Twice()) }
    }

    @Test("Many nested containers beside values take time in proportion", .timeLimit(.minutes(1)))
    func nestedBesideValues() throws {
        struct Many: Encodable {
            let count: Int
            func encode(to encoder: any Encoder) throws {
                var list = encoder.unkeyedContainer()
                for number in 0..<count {
                    var inner = list.nestedUnkeyedContainer()
                    try list.encode(["a": number])
                    try inner.encode(number)
                }
            }
        }
        #expect(try EventEncoder().encode(Many(count: 2)) == Array(#"[[0],{"a":0},[1],{"a":1}]"#.utf8))
        #expect(try EventEncoder().encode(Many(count: 60_000)).count > 60_000 * 10)
    }

    @Test("White space around and in a text changes nothing")
    func spaces() throws {
        let text = #" { "circle" : { "radius" : 2.5 } } "#
        #expect(try EventDecoder().decode(Shape.self, from: Array("\n \t \(text)".utf8)) == .circle(radius: 2.5))
        #expect(try EventDecoder().decode([String].self, from: Array("  [ \"a\\u0062\" ]".utf8)) == ["ab"])
    }

    @Test("User info reaches the types")
    func userInfo() throws {
        let key = try #require(CodingUserInfoKey(rawValue: "unit"))
        struct Unit: Codable {
            var name: String
            init(from decoder: any Decoder) { name = decoder.userInfo.values.first as? String ?? "" }
            func encode(to encoder: any Encoder) throws { try (encoder.userInfo.values.first as? String ?? "").encode(to: encoder) }
        }
        let unit = try EventDecoder(userInfo: [key: "kg"]).decode([Unit].self, from: Array("[1]".utf8))[0]
        #expect(unit.name == "kg")
        #expect(try EventEncoder(userInfo: [key: "m"]).encode([unit]) == Array(#"["m"]"#.utf8))
    }
}
