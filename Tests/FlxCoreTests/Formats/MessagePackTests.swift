@testable import FlxCore
import Testing

/// Each head of the specification, at both ends of what it can say.
@Suite("MessagePack")
struct MessagePackTests {
    private static let kept: [(String, String, isShortest: Bool)] = [
        ("c0", "null", true), ("c2", "false", true), ("c3", "true", true), ("00", "0", true), ("7f", "127", true), ("cc 80", "128", true),
        ("cc ff", "255", true), ("cd 0100", "256", true), ("cd ffff", "65535", true), ("ce 00010000", "65536", true),
        ("ce ffffffff", "4294967295", true), ("cf 0000000100000000", "4294967296", true),
        ("cf ffffffffffffffff", "18446744073709551615", true), ("ff", "-1", true), ("e0", "-32", true), ("d0 df", "-33", true),
        ("d0 80", "-128", true), ("d1 ff7f", "-129", true), ("d1 8000", "-32768", true), ("d2 ffff7fff", "-32769", true),
        ("d2 80000000", "-2147483648", true), ("d3 ffffffff7fffffff", "-2147483649", true),
        ("d3 8000000000000000", "-9223372036854775808", true), ("cb 3ff8000000000000", "1.5", true), ("cb 8000000000000000", "-0.0", true),
        ("cb 3fb999999999999a", "0.1", true), ("ca 3fc00000", "1.5", false), ("d0 05", "5", false), ("d3 0000000000000007", "7", false),
        ("cc 01", "1", false), ("a0", #""""#, true), ("a3 c3bc61", #""üa""#, true), ("d9 01 61", #""a""#, false),
        ("da 0001 61", #""a""#, false),
        ("db 00000001 61", #""a""#, false), ("90", "[]", true), ("92 01 90", "[1,[]]", true), ("dc 0001 c0", "[null]", false),
        ("dd 00000001 c0", "[null]", false), ("80", "{}", true), ("82 a161 01 a162 80", #"{"a":1,"b":{}}"#, true),
        ("de 0001 a161 c0", #"{"a":null}"#, false), ("df 00000001 a161 c0", #"{"a":null}"#, false),
    ]

    @Test("Heads of all kinds and lengths", arguments: kept.indices)
    func heads(_ index: Int) throws {
        let (bytes, json, isShortest) = Self.kept[index]
        let expected = try value(json)
        #expect(try MessagePack.decode(hex(bytes)) == expected)
        let written = try MessagePack.encode(expected)
        #expect((hex(written) == bytes.filter { $0 != " " }) == isShortest)
        #expect(try MessagePack.decode(written) == expected)
    }

    @Test("Lengths at the ends of each head", arguments: [0, 15, 16, 31, 32, 255, 256, 65535, 65536])
    func lengths(_ count: Int) throws {
        let text = EventValue.string(String(repeating: "x", count: count))
        #expect(try MessagePack.decode(MessagePack.encode(text)) == text)
        #expect(try CBOR.decode(CBOR.encode(text)) == text)
        let array = EventValue.array(Array(repeating: nil, count: count))
        #expect(try MessagePack.decode(MessagePack.encode(array)) == array)
        #expect(try CBOR.decode(CBOR.encode(array)) == array)
    }

    @Test(
        "What JSON does not have is refused, or becomes what is nearest",
        arguments: [
            ("c4 02 0102", #""AQI=""#), ("c5 0001 ff", #""/w==""#), ("c6 00000000", #""""#),
            ("d6 ff 514b67b0", #""2013-03-21T20:04:00Z""#),
            ("d7 ff 77359400 514b67b0", #""2013-03-21T20:04:00.500Z""#),
            ("c7 0c ff 00000001 ffffffffffffffff", #""1969-12-31T23:59:59.000000001Z""#),
            ("d4 01 00", nil), ("c7 00 05", nil), ("81 01 02", nil), ("ca 7f800000", nil), ("cb 7ff8000000000000", nil),
            ("81 c4 01 61 02", nil),
        ] as [(String, String?)])
    func foreign(_ bytes: String, _ nearest: String?) throws {
        let error = try #require(throws: FlxError.self) { try MessagePack.decode(hex(bytes)) }
        #expect(error.code == .typeMismatch)
        if let nearest { #expect(try MessagePack.decode(hex(bytes), foreign: .nearest) == value(nearest)) }
        if nearest == nil { #expect(throws: FlxError.self) { try MessagePack.decode(hex(bytes), foreign: .nearest) } }
    }

    @Test(
        "Bytes that are not well formed are refused",
        arguments: [
            "", "c1", "cc", "cd 00", "a2 61", "a1 ff", "d9", "d9 05 61", "91", "81 a1 61", "dd ffffffff", "df ffffffff 61",
            "c6 ffffffff 00", "00 00",
            "82 a161 01 a161 02", "d7 ff ffffffff 00000000", "d5 ff 0000", "c9 ffffffff 01",
        ])
    func malformed(_ bytes: String) throws {
        let error = try #require(throws: FlxError.self) { try MessagePack.decode(hex(bytes), foreign: .nearest) }
        #expect(error.code == .malformed, "\(error)")
    }

    @Test(
        "Numbers that neither an integer of 64 bits nor a Double keeps are refused, with the place",
        arguments: ["18446744073709551616", "-9223372036854775809", "0.12345678901234567890", "1e400", "1e-400"])
    func large(_ number: String) throws {
        let error = try #require(throws: FlxError.self) { try MessagePack.encode(value(#"{"a":[1,\#(number)]}"#)) }
        #expect(error.code == .invalidValue)
        #expect(error.location?.pointer == "/a/1")
    }
}
