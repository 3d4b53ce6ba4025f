import FlxCore
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
}
