import FlxCore
import Foundation
import Testing

/// Dates, ids, data, URLs and decimals.
@Suite("Types of Foundation in JSON")
struct FoundationTypeTests {
    static func text(_ value: some JSONWritable) throws -> String { String(decoding: try value.json(), as: UTF8.self) }

    static func read<T: JSONReadable>(_ text: String, as type: T.Type) -> T? { try? T(json: Array(text.utf8)) }

    @Test("Ids are 36 characters in lower case; either case is read", arguments: 0..<100)
    func ids(round: Int) throws {
        let id = UUID()
        #expect(try Self.text(id) == "\"\(id.uuidString.lowercased())\"")
        #expect(Self.read("\"\(id.uuidString)\"", as: UUID.self) == id)
        #expect(Self.read("\"\(id.uuidString.lowercased())\"", as: UUID.self) == id)
        // One wrong character anywhere makes it no id.
        var broken = Array(id.uuidString.utf8)
        broken[round % 36] = [0x2F, 0x3A, 0x40, 0x47, 0x60, 0x67][round % 6]
        #expect(Self.read("\"\(String(decoding: broken, as: UTF8.self))\"", as: UUID.self) == nil)
    }

    @Test("Dates are RFC 3339 with the fewest digits that keep them")
    func dates() throws {
        #expect(try Self.text(Date(timeIntervalSince1970: 1_750_680_000)) == #""2025-06-23T12:00:00Z""#)
        #expect(try Self.text(Date(timeIntervalSinceReferenceDate: 772_372_800.000_25)) == #""2025-06-23T12:00:00.000250Z""#)
        #expect(Self.read(#""2025-06-23T14:00:00.5+02:00""#, as: Date.self) == Date(timeIntervalSince1970: 1_750_680_000.5))
        #expect(Self.read(#""2025-06-31T14:00:00Z""#, as: Date.self) == nil)
        #expect(throws: FlxError.self) { try Date(timeIntervalSince1970: .infinity).json() }
        #expect(throws: FlxError.self) { try Date.distantFuture.addingTimeInterval(1e12).json() }
        var random = SeededRandom.printed()
        for _ in 0..<2000 {
            let seconds = Double(Int64(truncatingIfNeeded: random.next()) % 4_000_000_000_000_000) / 1e6
            let date = Date(timeIntervalSince1970: seconds)
            let back = try Date(json: date.json())
            if abs(date.timeIntervalSinceReferenceDate) >= 0x1p23 { #expect(back == date) }
            #expect(try back.json() == date.json())
        }
        #expect(try Self.text(Date(timeIntervalSinceReferenceDate: 772_372_800.123)) == #""2025-06-23T12:00:00.123Z""#)
        #expect(throws: FlxError.self) { try Date(timeIntervalSince1970: .nan).json() }
    }

    @Test("A Date comes back equal wherever it is no finer than a nanosecond, by every way")
    func datesAreExact() throws {
        struct Dated: Codable, Equatable { var date: Date }
        var random = SeededRandom.printed()
        for round in 0..<5000 {
            // Any instant that can be kept, one of these years, or one near the year 2001.
            let spans = [9.1e9, 9e8, 1e7]
            var seconds = Double.random(in: -spans[round % 3]...spans[round % 3], using: &random)
            if round % 3 == 0 { seconds -= 9.8e8 }
            let date = Date(timeIntervalSinceReferenceDate: seconds)
            let back = try Date(json: date.json())
            if abs(seconds) >= 0x1p23 { #expect(back == date, "\(seconds)") }
            #expect(abs(back.timeIntervalSince(date)) < 1e-9, "\(seconds)")
            #expect(try back.json() == date.json(), "\(seconds)")
            #expect(try EventDecoder().decode(Dated.self, from: EventEncoder().encode(Dated(date: date))) == Dated(date: back))
        }
        for text in ["2026-11-28T11:49:59.345678Z", "1700-01-01T00:00:00.001Z", "2262-04-11T23:47:16.854Z", "1969-12-31T23:59:59.999999Z"] {
            #expect(try Self.text(#require(Self.read("\"\(text)\"", as: Date.self))) == "\"\(text)\"")
        }
    }

    @Test("Data is Base64 with padding")
    func data() throws {
        for count in 0..<40 {
            let data = Data((0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 200) })
            #expect(try Self.text(data) == "\"\(data.base64EncodedString())\"")
            #expect(try Data(json: data.json()) == data)
        }
        #expect(Self.read(#""\/\/\/\/""#, as: Data.self) == Data([255, 255, 255]))
        for bad in ["A", "AA", "AA=", "AB==", "AA==AA==", "A===", "AA A", "=AAA", "AAA\\n"] {
            #expect(Self.read("\"\(bad)\"", as: Data.self) == nil, "\(bad)")
        }
    }

    @Test("Decimals are exact or refused")
    func decimals() throws {
        for text in ["0", "12345678901234567890.123", "-0.1", "99999999999999999999999999999999999999"] {
            #expect(try Self.text(#require(Self.read(text, as: Decimal.self))) == text)
        }
        #expect(Self.read("1e3", as: Decimal.self) == 1000)
        #expect(Self.read("1234567890123456789012345678901234567890.5", as: Decimal.self) == nil)
        #expect(throws: FlxError.self) { try Decimal.nan.json() }
    }

    @Test("URLs are their texts")
    func urls() throws {
        let url = try #require(URL(string: "https://example.org/a?b=c#d"))
        #expect(try URL(json: url.json()) == url)
        #expect(Self.read("5", as: URL.self) == nil)
    }
}
