import FlxCore
import Foundation
import Testing

/// `Codable` types that meet what other writers may send: keys that a type calls equal, many failed attempts, nested containers.
@Suite("Codable at its borders", .timeLimit(.minutes(3)))
struct CodableBorderTests {
    struct Part: Codable, Equatable { var a: Int }

    /// A number, or else a text: read by an attempt.
    enum NumberOrText: Decodable, Equatable {
        case number(Int), text(String)

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            let number = try? container.decode(Int.self)
            self = try number.map(Self.number) ?? .text(container.decode(String.self))
        }
    }

    /// A key that is equal to others of the same letters.
    struct Folded: Hashable, Codable, CodingKeyRepresentable {
        let text: String
        let number: Int
        var codingKey: any CodingKey { Name(stringValue: text) }

        init(_ text: String, _ number: Int = 0) { (self.text, self.number) = (text, number) }
        init<Key: CodingKey>(codingKey: Key) { self.init(codingKey.stringValue.lowercased()) }

        struct Name: CodingKey {
            let stringValue: String
            var intValue: Int? { nil }
            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }
    }

    @Test("Where duplicate keys are allowed, the last one counts, in whatever order a type asks")
    func duplicates() throws {
        struct Two: Codable, Equatable { var a: Int; var b: Int }
        struct Swapped: Codable, Equatable { var b: Int; var a: Int }
        let decoder = EventDecoder(duplicates: .allowed)
        for text in [#"{"a":1,"b":2,"a":3}"#, #"{"a":1,"a":3,"b":2}"#, #"{"b":7,"a":3,"b":2}"#] {
            #expect(try decoder.decode(Two.self, from: Array(text.utf8)) == Two(a: 3, b: 2))
            #expect(try decoder.decode(Swapped.self, from: Array(text.utf8)) == Swapped(b: 2, a: 3))
        }
    }

    @Test("Keys that a dictionary would merge are refused, whatever the type of the keys")
    func merged() throws {
        func refused<Key: Hashable & Codable>(_ type: Key.Type, _ text: String) {
            let error = #expect(throws: FlxError.self) { try EventDecoder().decode([Key: Part].self, from: Array(text.utf8)) }
            #expect(error?.code == .typeMismatch)
        }
        refused(Int.self, #"{"1":{"a":1},"01":{"a":2}}"#)
        refused(Folded.self, #"{"A":{"a":1},"a":{"a":2}}"#)
        refused(String.self, #"{"\u00e9":{"a":1},"e\u0301":{"a":2}}"#)
        #expect(try EventDecoder().decode([Int: Part].self, from: Array(#"{"1":{"a":1},"2":{"a":2}}"#.utf8)).count == 2)
        let id = "a0000000-0000-0000-0000-00000000000a"
        refused(UUID.self, "[\"\(id)\",{\"a\":1},\"\(id.uppercased())\",{\"a\":2}]")
        let allowed = EventDecoder(duplicates: .allowed)
        #expect(try allowed.decode([Int: Part].self, from: Array(#"{"1":{"a":1},"01":{"a":2}}"#.utf8)).count == 1)
    }

    @Test("Keys of a dictionary that are written alike are refused: no reader would take them")
    func written() throws {
        let error = #expect(throws: FlxError.self) { try EventEncoder().encode([Folded("x", 1): 1, Folded("x", 2): 2]) }
        #expect(error?.code == .invalidValue && error?.message.contains("'x' is encoded twice") == true)
        #expect(try EventEncoder().encode([Folded("y", 1): 1, Folded("x", 2): 2]) == Array(#"{"x":2,"y":1}"#.utf8))
    }

    @Test("Attempts that fail cost no more for what stands before them")
    func attempts() throws {
        let count = 60_000
        let text = "[" + Array(repeating: #""ab",1"#, count: count).joined(separator: ",") + "]"
        let values = try EventDecoder().decode([NumberOrText].self, from: Array(text.utf8))
        #expect(values.count == 2 * count && values[0] == .text("ab") && values.last == .number(1))
    }

    @Test("Attempts that fail cost no more for the long names of what they stand in", .timeLimit(.minutes(1)))
    func attemptsUnderNames() throws {
        /// Objects in each other down to an array.
        indirect enum Nested: Decodable {
            case values([NumberOrText]), object(Nested)

            init(from decoder: any Decoder) throws {
                let container = try decoder.singleValueContainer()
                if let values = try? container.decode([NumberOrText].self) { self = .values(values); return }
                let inner = try container.decode([String: Nested].self).values.first
                self = .object(try #require(inner))
            }

            var count: Int { switch self { case .values(let values): values.count; case .object(let inner): inner.count } }
        }
        let (depth, count, name) = (60, 25_000, String(repeating: "n", count: 900))
        let array = "[" + Array(repeating: "\"\"", count: count).joined(separator: ",") + "]"
        let text = String(repeating: "{\"\(name)\":", count: depth) + array + String(repeating: "}", count: depth)
        #expect(try EventDecoder().decode(Nested.self, from: Array(text.utf8)).count == count)
    }

    @Test("Fields of a large object are found in any order, by their hashes", arguments: [DuplicateKeys.refused, .allowed])
    func anyOrder(_ duplicates: DuplicateKeys) throws {
        /// Asks for fields in the order of a set, as generated code does for properties that a type does not name.
        struct Others: Decodable {
            var sum = 0

            init(from decoder: any Decoder) throws {
                let container = try decoder.container(keyedBy: Folded.Name.self)
                for key in Set(container.allKeys.map(\.stringValue)) {
                    sum += try container.decode(Part.self, forKey: .init(stringValue: key)).a
                }
                for absent in 0..<1000 { sum += try container.decodeIfPresent(Int.self, forKey: .init(stringValue: "x\(absent)")) ?? 0 }
            }
        }
        let count = 200_000
        let fields = (0..<count).map { #""k\#(100_000 + $0)":{"a":\#($0)}"# } + (duplicates == .allowed ? [#""k100000":{"a":7}"#] : [])
        let decoder = EventDecoder(limits: .init(maximumBytes: 1 << 23), duplicates: duplicates)
        let sum = try decoder.decode(Others.self, from: Array("{\(fields.joined(separator: ","))}".utf8)).sum
        #expect(sum == count * (count - 1) / 2 + (duplicates == .allowed ? 7 : 0))
    }

    @Test("Each error names its own place, in whatever order places are asked for")
    func places() throws {
        struct Probe: Decodable {
            let pointers: [String]

            init(from decoder: any Decoder) throws {
                var pointers: [String] = []
                let root = try decoder.container(keyedBy: Folded.Name.self)
                func tried(_ body: () throws -> Void) {
                    do { try body() } catch let error as FlxError { pointers.append(error.location?.pointer ?? "") } catch {}
                }
                for key in ["b", "a", "b", "c"] {
                    tried { _ = try root.decode(Bool.self, forKey: .init(stringValue: key)) }
                    tried { _ = try root.decode([Int].self, forKey: .init(stringValue: key)) }
                }
                var inner = try root.nestedUnkeyedContainer(forKey: .init(stringValue: "a"))
                _ = try inner.decode([String: Int].self)
                tried { _ = try inner.decode(Int.self) }
                self.pointers = pointers
            }
        }
        let text = #"{"a":[{"x":1},"s"],"b":[1,[2]],"c":{"d":true}}"#
        let pointers = try EventDecoder().decode(Probe.self, from: Array(text.utf8)).pointers
        #expect(pointers == ["/b", "/b/1", "/a", "/a/0", "/b", "/b/1", "/c", "/c", "/a/1"])
    }

    @Test("Integers of more than 64 bits are written whole")
    func wide() {
        var json = JSONWriter()
        json.beginArray()
        json.writeInteger(Int128.min)
        json.writeInteger(UInt128.max)
        json.writeInteger(Int8.min)
        json.endArray()
        let numbers = "[-170141183460469231731687303715884105728,340282366920938463463374607431768211455,-128]"
        #expect(String(decoding: json.finish(), as: UTF8.self) == numbers)
    }

    @Test("Nested containers are filled in any order, and know their places")
    func nested() throws {
        struct Points: Encodable {
            var count: Int

            func encode(to encoder: any Encoder) throws {
                var root = encoder.container(keyedBy: Folded.Name.self)
                try root.encode(1, forKey: .init(stringValue: "first"))
                var points = root.nestedUnkeyedContainer(forKey: .init(stringValue: "points"))
                var late = root.nestedUnkeyedContainer(forKey: .init(stringValue: "late"))
                for number in 0..<count {
                    var point = points.nestedUnkeyedContainer()
                    try point.encode(number)
                    try late.encode(number)
                    try point.encode(0.5)
                    if number < 3 { #expect(point.codingPath.map(\.stringValue) == ["points", "\(number)"]) }
                }
                try root.encode(2, forKey: .init(stringValue: "z"))
            }
        }
        let text = #"{"first":1,"points":[[0,0.5],[1,0.5]],"late":[0,1],"z":2}"#
        #expect(try String(decoding: EventEncoder().encode(Points(count: 2)), as: UTF8.self) == text)
        let many = try EventValue(json: try EventEncoder().encode(Points(count: 30_000)), limits: .init(maximumBytes: 1 << 22))
        #expect(many["points"]?.array?.count == 30_000 && many["points"]?[29_999] == [29_999, 0.5])
    }

    @Test("Equal sets and dictionaries give equal bytes, whatever their elements and keys are")
    func unordered() throws {
        enum Color: String, Codable, CaseIterable { case red, green, blue, cyan, black, white, pink, gold }
        struct Cell: Codable, Hashable { var x: Int, y: [Color: Set<Color>] }
        struct Board: Codable, Equatable {
            var colors: Set<Color>
            var cells: Set<Cell>
            var names: [Cell: String]
            var nested: [Set<Cell>]
        }
        func board(_ room: Int, _ numbers: [Int]) -> Board {
            // How much room a set has decides in which order its elements come.
            var (colors, cells) = (Set<Color>(minimumCapacity: room), Set<Cell>(minimumCapacity: room))
            var names = [Cell: String](minimumCapacity: room)
            for number in numbers {
                colors.insert(Color.allCases[number % 8])
                let cell = Cell(x: number, y: [.red: [.blue, .green, .pink], .gold: []])
                cells.insert(cell)
                names[cell] = "n\(number)"
            }
            return Board(colors: colors, cells: cells, names: names, nested: [cells, []])
        }
        let (one, other) = (board(0, Array(0..<20)), board(5_000, Array((0..<20).reversed())))
        #expect(one == other)
        let bytes = try EventEncoder().encode(one)
        #expect(try EventEncoder().encode(other) == bytes)
        #expect(try EventDecoder().decode(Board.self, from: bytes) == one)
        let text = String(decoding: try EventEncoder().encode(Set<Color>([.red, .blue, .green])), as: UTF8.self)
        #expect(text == #"["blue","green","red"]"#)
        let pairs = String(decoding: try EventEncoder().encode([Cell(x: 2, y: [:]): 1, Cell(x: 1, y: [:]): 2]), as: UTF8.self)
        #expect(pairs == #"[{"x":1,"y":[]},2,{"x":2,"y":[]},1]"#)
    }

    /// A type that writes a number of values in place of one.
    private struct Values: JSONWritable, Encodable, Hashable {
        let count: Int

        func write(to json: inout JSONWriter) throws(FlxError) {
            for number in 0..<count { json.writeInteger(number) }
        }
    }

    @Test(arguments: [0, 2])
    func `a type that writes no value, or two, makes no text that nobody can read`(_ count: Int) {
        let value = Values(count: count)
        let codes = [
            Code.of { try EventEncoder().encode(value) }, Code.of { try value.json() },
            Code.of { try EventEncoder().encode(Optional(value)) }, Code.of { try Set([value]).json() },
        ]
        #expect(codes.allSatisfy { $0 == .invalidValue }, "\(codes)")
    }

    private enum Code {
        static func of(_ body: () throws -> [UInt8]) -> FlxError.Code? {
            do { _ = try body() } catch { return (error as? FlxError)?.code }
            return nil
        }
    }
}
