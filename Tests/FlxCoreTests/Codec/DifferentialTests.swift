import FlxCore
import Foundation
import Testing

/// Random values and broken texts, ours beside Foundation's.
@Suite("Beside Foundation")
struct DifferentialTests {
    static func value(_ random: inout SeededRandom, depth: Int) -> EventValue {
        switch random.next() % (depth > 0 ? 8 : 6) {
        case 0: return .null
        case 1: return .bool(random.next() % 2 == 0)
        case 2: return .int(Int64(truncatingIfNeeded: random.next()) >> Int64(random.next() % 64))
        case 3: return EventValue(Double(Int32(truncatingIfNeeded: random.next())) / 128) ?? .null
        case 4, 5: return .string(string(&random))
        case 6: return .array((0..<random.next() % 5).map { _ in value(&random, depth: depth - 1) })
        default:
            var object: EventValue = [:]
            for _ in 0..<random.next() % 6 { object[string(&random)] = value(&random, depth: depth - 1) }
            return object
        }
    }

    static func string(_ random: inout SeededRandom) -> String {
        let ranges: [ClosedRange<UInt32>] = [0x20...0x7E, 0x61...0x7A, 0...0x1F, 0x80...0x7FF, 0x4E00...0x9FFF, 0x1F600...0x1F64F]
        var text = ""
        for _ in 0..<random.next() % 24 {
            let range = ranges[Int(random.next() % UInt64(ranges.count))]
            let scalar = range.lowerBound + UInt32(random.next() % UInt64(range.count))
            text.unicodeScalars.append(Unicode.Scalar(scalar) ?? " ")
        }
        return text
    }

    /// Whether Foundation's value says the same.
    static func agrees(_ ours: EventValue, _ theirs: Any) -> Bool {
        switch ours {
        case .null: return theirs is NSNull
        case .bool(let value): return theirs as? Bool == value
        case .number(let value):
            guard let number = theirs as? NSNumber else { return false }
            return value.int64.map { number.int64Value == $0 } ?? (value.double == number.doubleValue)
        case .string(let value): return (theirs as? String).map { Array($0.utf8) == Array(value.utf8) } ?? false
        case .array(let elements):
            guard let list = theirs as? [Any], list.count == elements.count else { return false }
            return zip(elements, list).allSatisfy { agrees($0, $1) }
        case .object(let fields):
            guard let map = theirs as? [String: Any], map.count == Array(fields).count else { return false }
            return fields.allSatisfy { key, value in map[key.description].map { agrees(value, $0) } ?? false }
        }
    }

    @Test("Foundation reads in our texts what we wrote, and so do we")
    func writing() throws {
        var random = SeededRandom.printed()
        for _ in 0..<1500 {
            let value = Self.value(&random, depth: 5)
            let bytes = try value.json()
            let theirs = try JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
            #expect(Self.agrees(value, theirs), "\(value)")
            #expect(try EventValue(json: bytes) == value)
            #expect(try EventEncoder().encode(value) == bytes)
            #expect(try EventDecoder().decode(EventValue.self, from: bytes) == value)
        }
    }

    @Test("We read in Foundation's texts what it wrote")
    func reading() throws {
        var random = SeededRandom.printed()
        for _ in 0..<500 {
            let value = Self.value(&random, depth: 4)
            let object = try JSONSerialization.jsonObject(with: Data(value.json()), options: .fragmentsAllowed)
            let pretty = try JSONSerialization.data(withJSONObject: object, options: [.fragmentsAllowed, .prettyPrinted])
            let back = try EventValue(json: Array(pretty))
            #expect(Self.agrees(back, object))
        }
    }

    @Test("The comparison itself tells a difference")
    func planted() throws {
        let pairs: [(EventValue, String)] = [
            (1, "2"), ("a", #""b""#), ([1], "[1,2]"), (["a": 1], #"{"b":1}"#), (nil, "0"), (1.5, "1.25"),
            (["a": [true]], #"{"a":[false]}"#),
        ]
        for (value, text) in pairs {
            let theirs = try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
            #expect(!Self.agrees(value, theirs), "\(value) and \(text)")
        }
    }
}
