@testable import FlxCore
import Foundation
import Testing

/// What holds for both binary formats: values come back, nothing traps, limits hold.
@Suite("Binary formats")
struct BinaryFormatTests {
    private static let formats: [any ValueCodec.Type] = [MessagePack.self, CBOR.self]

    /// The same value with the shortest texts of its numbers: spelling is not kept, the value is.
    static func normal(_ value: EventValue) throws -> EventValue {
        switch value {
        case .number(let number): return .number(try ExactNumber(number).json)
        case .array(let elements): return .array(try elements.map(normal))
        case .object:
            let text = try value.json()
            var json = try JSONReader(text.span)
            var object: EventValue = [:]
            try json.beginObject()
            while let key = try json.nextKey() { object[key] = try normal(EventValue(json: &json)) }
            return object
        default: return value
        }
    }

    @Test("Random values come back; every number of JSON goes through CBOR")
    func roundTrips() throws {
        var random = SeededRandom.printed()
        var wire = WireRandom(seed: random.next())
        for _ in 0..<2000 {
            let value = try Self.normal(wire.json())
            #expect(try CBOR.decode(CBOR.encode(value)) == value)
            do {
                #expect(try MessagePack.decode(MessagePack.encode(value)) == value)
            } catch {
                #expect(error.code == .invalidValue)
            }
        }
    }

    @Test("Decimals keep their value to the last digit")
    func decimals() throws {
        let long = ["0.1234567890123456789", "123456789012345678901234567890.5"]
        for text in ["1.50", "0.10", "-12.340", "1e2", "1E400", "-1e-400", "0e9", "-0"] + long {
            let number = try #require(JSONNumber(text))
            let back = try #require(try CBOR.decode(CBOR.encode(.number(number))).number)
            #expect(ExactDecimal(back) == JSONNumber(text).map { ExactDecimal($0) }, "\(text) came back as \(back)")
        }
        var random = SeededRandom.printed()
        for _ in 0..<2000 {
            let digits = String((0..<Int.random(in: 1...60, using: &random)).map { _ in "0123456789".randomElement(using: &random) ?? "0" })
            let text = "\(Bool.random(using: &random) ? "-" : "")1\(digits).\(digits)e\(Int.random(in: -400...400, using: &random))"
            let back = try #require(try CBOR.decode(CBOR.encode(value(text))).number)
            #expect(ExactDecimal(back) == JSONNumber(text).map { ExactDecimal($0) }, "\(text) came back as \(back)")
            let whole = "1\(digits)"
            #expect(BigInteger(isNegative: true, digits: Array(whole.utf8)).description == "-\(whole)")
        }
        #expect(throws: FlxError.self) { try CBOR.encode(value("1e99999999999")) }
    }

    @Test("Arrays and maps are read 64 levels deep and no deeper")
    func depth() throws {
        var value: EventValue = 1
        for _ in 0..<64 { value = [value] }
        for format in Self.formats {
            #expect(try format.decode(format.encode(value)) == value)
            #expect(throws: FlxError.self) { try format.encode([value]) }
        }
        let arrays = [UInt8](repeating: 0x81, count: 100_000)
        let tags = [UInt8](repeating: 0xC6, count: 100_000)
        for bytes in [arrays, tags, [UInt8](repeating: 0x9F, count: 100_000)] {
            let error = #expect(throws: FlxError.self) { try CBOR.decode(bytes, foreign: .nearest) }
            #expect(error?.code == .limitExceeded)
        }
        #expect(throws: FlxError.self) { try MessagePack.decode([UInt8](repeating: 0x91, count: 100_000)) }
    }

    @Test("Sizes of texts, keys and numbers are limited")
    func limits() throws {
        let long = String(repeating: "k", count: 1025)
        for format in Self.formats {
            #expect(throws: FlxError.self) { try format.decode(format.encode(value(#"{"\#(long)":1}"#))) }
            #expect(throws: FlxError.self) { try format.decode([UInt8](repeating: 0, count: 1 << 20 + 1)) }
        }
        let number = hex("c2 59 0200") + [UInt8](repeating: 0xFF, count: 512)
        let error = #expect(throws: FlxError.self) { try CBOR.decode(number) }
        #expect(error?.code == .limitExceeded)
    }

    @Test("A whole number as long as JSON takes goes through CBOR, and a longer one is refused", arguments: [984, 986, 1000, 1024])
    func longestNumbers(_ digits: Int) throws {
        let longest = try #require(JSONNumber(String(repeating: "9", count: digits)))
        #expect(try CBOR.decode(CBOR.encode(.number(longest))) == .number(longest))
        // 2 to the power of 3,402 has 1,025 digits, in as many bytes as the longest of 1,024.
        let error = #expect(throws: FlxError.self) { try CBOR.decode(hex("c2 59 01aa 04") + [UInt8](repeating: 0, count: 425)) }
        #expect(error?.code == .limitExceeded)
    }

    @Test("An error says where it is")
    func places() throws {
        let bytes = hex("a1 61 61 82 01 f7")
        let error = #expect(throws: FlxError.self) { try CBOR.decode(bytes) }
        #expect(error?.location == FlxError.Location(offset: 6, pointer: "/a/1"))
    }

    @Test("20,000 mutations of each format: none traps, and what is read is written and read again the same")
    func mutations() throws {
        var random = SeededRandom.printed()
        var wire = WireRandom(seed: random.next())
        for round in 0..<20_000 {
            let value = wire.json()
            for format in Self.formats {
                guard let bytes = try? format.encode(value) else { continue }
                let changed = round % 3 == 0 ? bytes.shuffled(using: &random) : wire.mutated(bytes)
                guard let read = try? format.decode(changed, foreign: .nearest) else { continue }
                let written = try CBOR.encode(read)
                #expect(try CBOR.decode(written) == read, "\(hex(changed))")
                #expect(try EventValue(json: read.json()) == read)
            }
        }
    }

    private struct Point: Codable, Equatable {
        var x: Double
        var label: String?
    }

    @Test("Codable and typed values go through")
    func codable() throws {
        let point = Point(x: 1.5, label: "ü")
        for format in Self.formats {
            #expect(try format.decode(Point.self, from: format.encode(point)) == point)
            #expect(try format.decode([Int64].self, from: format.encode([1, -2] as [Int64])) == [1, -2])
        }
    }
}
