import FlxCore
import Testing

/// Numbers are exact, or refused.
@Suite("JSON numbers")
struct JSONNumberTests {
    static func read<T: JSONReadable>(_ text: String, as type: T.Type) -> T? { try? T(json: Array(text.utf8)) }

    @Test("Dynamic values keep the text of numbers", arguments: [
        "0", "-0", "-0.0", "1.50", "1e-07", "1E+400", "18446744073709551615", "-9223372036854775808", "123456789012345678901234567890.10",
        "0.1000000000000000055511151231257827", "1e0", "10000000000000000000000",
    ])
    func texts(text: String) throws {
        let bytes = Array(text.utf8)
        #expect(try EventValue(json: bytes).json() == bytes)
        #expect(try EventDecoder().decode([EventValue].self, from: Array("[".utf8) + bytes + Array("]".utf8)).first?.number?.text == text)
        #expect(try EventEncoder().encode([EventValue(json: bytes)]) == Array("[\(text)]".utf8))
        #expect(JSONNumber(text)?.text == text)
    }

    @Test("Integers at the ends of their types", arguments: [
        ("9223372036854775807", Int64.max as Int64?, 9_223_372_036_854_775_807 as UInt64?), ("9223372036854775808", nil, 1 << 63),
        ("-9223372036854775808", Int64.min, nil), ("-9223372036854775809", nil, nil), ("18446744073709551615", nil, UInt64.max),
        ("18446744073709551616", nil, nil), ("-0", 0, 0), ("-1", -1, nil), ("1.0", 1, 1), ("1.5", nil, nil), ("1e2", 100, 100),
        ("1200e-2", 12, 12), ("0.00e5", 0, 0), ("92233720368547758070e-1", Int64.max, 9_223_372_036_854_775_807),
        ("1e19", nil, 10_000_000_000_000_000_000),
        ("1e99999999999999999999", nil, nil), ("0e99999999999999999999", 0, 0), ("1e-99999999999999999999", nil, nil),
    ])
    func integers(text: String, signed: Int64?, unsigned: UInt64?) throws {
        #expect(Self.read(text, as: Int64.self) == signed)
        #expect(Self.read(text, as: UInt64.self) == unsigned)
        #expect(JSONNumber(text)?.int64 == signed)
        #expect(JSONNumber(text)?.uint64 == unsigned)
        #expect(Self.read(text, as: Int8.self) == signed.flatMap { Int8(exactly: $0) })
        #expect(Self.read(text, as: UInt16.self) == unsigned.flatMap { UInt16(exactly: $0) })
    }

    @Test("Every small integer type at its ends")
    func smallIntegers() throws {
        func check<T: FixedWidthInteger & JSONCodable>(_ type: T.Type) throws {
            for value in [T.min, T.max, 0, 1] { #expect(try T(json: value.json()) == value) }
            #expect(Self.read("\(T.max)0", as: T.self) == nil)
            if T.isSigned { #expect(Self.read("\(T.min)0", as: T.self) == nil) } else { #expect(Self.read("-1", as: T.self) == nil) }
        }
        try check(Int8.self)
        try check(Int16.self)
        try check(Int32.self)
        try check(Int64.self)
        try check(Int.self)
        try check(UInt8.self)
        try check(UInt16.self)
        try check(UInt32.self)
        try check(UInt64.self)
        try check(UInt.self)
        #expect(Self.read("-129", as: Int8.self) == nil)
    }

    @Test("Doubles are the nearest to the text, as the standard library finds it", arguments: [
        "0", "-0", "0.1", "1e22", "1e23", "9007199254740993", "9007199254740992.5", "123456789012345678", "1.7976931348623157e308",
        "5e-324", "2e-324",
        "2.2250738585072011e-308", "0.000001", "123.456e-5", "4.35", "999999999999999", "1e-22", "3.0e22", "18446744073709551616",
        "0.30000000000000004",
        "100000000000000000000000000000000000000000e-40", "-123e-3", "1e-400", "1.0000000000000002",
    ])
    func doubles(text: String) throws {
        let value = try Double(json: Array(text.utf8))
        #expect(value.bitPattern == Double(text)?.bitPattern)
        #expect(try Double(json: value.json()).bitPattern == value.bitPattern)
        #expect(JSONNumber(text)?.double?.bitPattern == value.bitPattern)
    }

    @Test("Random doubles come back bit for bit")
    func randomDoubles() throws {
        var random = SeededRandom.printed()
        for _ in 0..<20_000 {
            let value = Double(bitPattern: random.next())
            guard value.isFinite else { continue }
            #expect(try Double(json: value.json()).bitPattern == value.bitPattern)
            let short = Double(Int64(truncatingIfNeeded: random.next()) % 1_000_000_000) / [1, 10, 1000, 1e6, 1e9][Int(random.next() % 5)]
            #expect(try Double(json: short.json()) == short)
        }
    }

    @Test("Doubles are written as Python writes them", arguments: [
        (0.25, "0.25"), (1e-7, "1e-07"), (1e16, "1e+16"), (12, "12.0"), (-0.0, "-0.0"), (1.2345678901234568e17, "1.2345678901234568e+17"),
        (0.0001, "0.0001"), (0.00001, "1e-05"), (.leastNonzeroMagnitude, "5e-324"), (1e100, "1e+100"),
        (9_007_199_254_740_992, "9007199254740992.0"),
    ])
    func python(value: Double, text: String) throws {
        #expect(try value.json() == Array(text.utf8))
    }

    @Test("NaN and infinity are refused", arguments: [Double.nan, .infinity, -.infinity])
    func notFinite(value: Double) {
        #expect(throws: FlxError.self) { try value.json() }
        #expect(throws: FlxError.self) { try Float(value).json() }
        #expect(throws: FlxError.self) { try EventEncoder().encode([value]) }
        #expect(JSONNumber(value) == nil)
    }

    @Test("Texts that are no numbers make none", arguments: [
        "", "-", "01", "1.", ".5", "+1", "1e", "0x1", " 1", "1 ", "NaN", "1,", "--1", "1e+",
    ])
    func noNumbers(text: String) {
        #expect(JSONNumber(text) == nil)
        if !text.contains(" ") { #expect(Self.read(text, as: EventValue.self) == nil) }
    }

    @Test("Durations are exact decimal seconds", arguments: [
        ("0", Duration.zero), ("1.5", .milliseconds(1500)), ("-0.25", .milliseconds(-250)),
        ("0.000000000000000001", Duration(secondsComponent: 0, attosecondsComponent: 1)),
        ("9223372036854775807.999999999999999999", Duration(secondsComponent: .max, attosecondsComponent: 999_999_999_999_999_999)),
        ("86400", .seconds(86_400)),
    ])
    func durations(text: String, duration: Duration) throws {
        #expect(try duration.json() == Array(text.utf8))
        #expect(try Duration(json: Array(text.utf8)) == duration)
        #expect(Self.read("1e3", as: Duration.self) == .seconds(1000))
        #expect(Self.read("1e-19", as: Duration.self) == nil)
        #expect(Self.read("1e19", as: Duration.self) == nil)
    }
}
