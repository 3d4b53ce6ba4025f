@testable import FlxCore
import Testing

/// The examples of RFC 8949, appendix A: what JSON has is read, and written back where the example is the preferred form; the rest is
/// refused with the reason, or becomes what is nearest.
@Suite("CBOR")
struct CBORTests {
    /// Bytes, the value in JSON, and whether these bytes are the ones that we write for it.
    private static let kept: [(String, String, isPreferred: Bool)] = [
        ("00", "0", true), ("01", "1", true), ("0a", "10", true), ("17", "23", true), ("1818", "24", true), ("1819", "25", true),
        ("1864", "100", true), ("1903e8", "1000", true), ("1a000f4240", "1000000", true),
        ("1b000000e8d4a51000", "1000000000000", true), ("1bffffffffffffffff", "18446744073709551615", true),
        ("c249010000000000000000", "18446744073709551616", true), ("3bffffffffffffffff", "-18446744073709551616", true),
        ("c349010000000000000000", "-18446744073709551617", true), ("20", "-1", true), ("29", "-10", true), ("3863", "-100", true),
        ("3903e7", "-1000", true), ("f90000", "0.0", true), ("f98000", "-0.0", true), ("f93c00", "1.0", true),
        ("fb3ff199999999999a", "1.1", true), ("f93e00", "1.5", true), ("f97bff", "65504.0", true), ("fa47c35000", "100000.0", true),
        ("fa7f7fffff", "3.4028234663852886e+38", true), ("fb7e37e43c8800759c", "1e+300", true),
        ("f90001", "5.960464477539063e-08", true), ("f90400", "6.103515625e-05", true), ("f9c400", "-4.0", true),
        ("fbc010666666666666", "-4.1", true), ("f4", "false", true), ("f5", "true", true), ("f6", "null", true), ("60", #""""#, true),
        ("6161", #""a""#, true), ("6449455446", #""IETF""#, true), ("62225c", #""\"\\""#, true), ("62c3bc", #""ü""#, true),
        ("63e6b0b4", #""水""#, true), ("64f0908591", #""𐅑""#, true), ("80", "[]", true), ("83010203", "[1,2,3]", true),
        ("8301820203820405", "[1,[2,3],[4,5]]", true),
        (
            "98190102030405060708090a0b0c0d0e0f101112131415161718181819",
            "[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25]", true
        ),
        ("a0", "{}", true), ("a26161016162820203", #"{"a":1,"b":[2,3]}"#, true), ("826161a161626163", #"["a",{"b":"c"}]"#, true),
        ("a56161614161626142616361436164614461656145", #"{"a":"A","b":"B","c":"C","d":"D","e":"E"}"#, true),
        ("7f657374726561646d696e67ff", #""streaming""#, false), ("9fff", "[]", false),
        ("9f018202039f0405ffff", "[1,[2,3],[4,5]]", false),
        ("9f01820203820405ff", "[1,[2,3],[4,5]]", false), ("83018202039f0405ff", "[1,[2,3],[4,5]]", false),
        ("83019f0203ff820405", "[1,[2,3],[4,5]]", false), ("bf61610161629f0203ffff", #"{"a":1,"b":[2,3]}"#, false),
        ("826161bf61626163ff", #"["a",{"b":"c"}]"#, false), ("bf6346756ef563416d7421ff", #"{"Fun":true,"Amt":-2}"#, false),
        (
            "9f0102030405060708090a0b0c0d0e0f101112131415161718181819ff",
            "[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25]", false
        ),
        // Sections 3.4.4 and 3.4.6: decimal fractions, and the tag that says no more than that this is CBOR.
        ("c48221196ab3", "273.15", false), ("d9d9f7 01", "1", false),
        ("c4 82 3818 1b0de0b6b3a7640001", "0.0000001000000000000000001", true),
        ("1800", "0", false), ("1b0000000000000001", "1", false), ("fa3fc00000", "1.5", false),
    ]

    /// Bytes, part of the reason for which they are refused, and what is nearest in JSON, if anything is.
    private static let foreign: [(String, reason: String, nearest: String?)] = [
        ("f97c00", "inf", nil), ("f97e00", "nan", nil), ("f9fc00", "-inf", nil),
        ("fa7f800000", "inf", nil), ("fb7ff8000000000000", "nan", nil),
        ("f7", "undefined", "null"), ("f0", "simple value 16", nil), ("f8ff", "simple value 255", nil),
        ("c074323031332d30332d32315432303a30343a30305a", "tag 0", #""2013-03-21T20:04:00Z""#),
        ("c11a514b67b0", "tag 1", #""2013-03-21T20:04:00Z""#), ("c1fb41d452d9ec200000", "tag 1", #""2013-03-21T20:04:00.500Z""#),
        ("d74401020304", "tag 23", #""AQIDBA==""#), ("d818456449455446", "tag 24", #""ZElFVEY=""#),
        ("d82076687474703a2f2f7777772e6578616d706c652e636f6d", "tag 32", #""http://www.example.com""#),
        ("40", "0 bytes", #""""#), ("4401020304", "4 bytes", #""AQIDBA==""#), ("5f42010243030405ff", "5 bytes", #""AQIDBAU=""#),
        ("a201020304", "key", nil), ("c5820103", "tag 5", nil), ("c16161", "tag 1", nil),
    ]

    @Test("The examples of the specification", arguments: kept.indices)
    func example(_ index: Int) throws {
        let (bytes, json, isPreferred) = Self.kept[index]
        let expected = try value(json)
        #expect(try CBOR.decode(hex(bytes)) == expected)
        let written = try CBOR.encode(expected)
        #expect((hex(written) == bytes.filter { $0 != " " }) == isPreferred)
        #expect(try CBOR.decode(written) == expected)
    }

    @Test("What JSON does not have is refused with the reason, or becomes what is nearest", arguments: foreign.indices)
    func refused(_ index: Int) throws {
        let (bytes, reason, nearest) = Self.foreign[index]
        let error = try #require(throws: FlxError.self) { try CBOR.decode(hex(bytes)) }
        #expect(error.code == .typeMismatch)
        #expect(error.message.contains(reason), "\(error)")
        if let nearest { #expect(try CBOR.decode(hex(bytes), foreign: .nearest) == value(nearest)) }
        if nearest == nil { #expect(throws: FlxError.self) { try CBOR.decode(hex(bytes), foreign: .nearest) } }
    }

    @Test("Limits may be as large as numbers are")
    func largestLimits() throws {
        let limits = JSONLimits(maximumBytes: .max, maximumDepth: .max, maximumKeyBytes: .max, maximumNumberBytes: .max)
        #expect(try CBOR.decode(hex("c249010000000000000000"), foreign: .refused, limits: limits) == value("18446744073709551616"))
    }

    @Test("An exponent beyond all bounds is refused with its place", arguments: ["3a 7f ff ff ff", "1a 7f ff ff ff"])
    func exponents(_ exponent: String) throws {
        let error = #expect(throws: FlxError.self) { try CBOR.decode(hex("81 c4 82 \(exponent) 05")) }
        #expect(error?.code == .typeMismatch && error?.location == FlxError.Location(offset: 9, pointer: "/0"))
    }

    @Test(
        "Bytes that are not well formed are refused",
        arguments: [
            "", "18", "19 01", "1c", "1f", "3d", "3f", "62 61", "62 ff fe", "5f 61 61 ff",
            "7f 41 61 ff", "7f 7f 61 61 ff ff", "9f", "81", "bf 61 61 ff",
            "bf 61 61", "a1 61 61", "f8 18", "f8", "fc", "ff", "00 00", "9b ff ff ff ff ff ff ff ff", "7b 00 00 00 00 7f ff ff ff",
            "ba ff ff ff ff 61 61 01", "a2 61 61 01 61 61 02", "c2 01", "c4 01", "c4 82 01 61 61", "df", "df ff",
        ])
    func malformed(_ bytes: String) throws {
        for foreign in [ForeignValues.refused, .nearest] {
            let error = try #require(throws: FlxError.self) { try CBOR.decode(hex(bytes), foreign: foreign) }
            #expect(error.code == .malformed, "\(error)")
        }
    }
}
