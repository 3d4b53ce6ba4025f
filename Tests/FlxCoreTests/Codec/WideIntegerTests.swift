import FlxCore
import Testing

/// Integers of 128 bits are numbers like any other.
@Suite struct WideIntegerTests {
    private struct Wide: Codable, Hashable {
        var signed: Int128
        var unsigned: [UInt128]
        var absent: Int128?
        var present: UInt128?
        var keyed: [Int128: Int]
    }

    private static let signed: [Int128] = [.min, .min + 1, Int128(Int64.min) - 1, -1, 0, 1, Int128(UInt64.max) + 1, .max]

    @Test(arguments: signed)
    func `a codable type has them as fields, elements and keys`(_ number: Int128) throws {
        let magnitude = number.magnitude
        let value = Wide(signed: number, unsigned: [magnitude, .max, 0], present: magnitude, keyed: [number: 1])
        let bytes = try EventEncoder().encode(value)
        #expect(String(decoding: bytes, as: UTF8.self).hasPrefix("{\"signed\":\(number),\"unsigned\":[\(magnitude),\(UInt128.max),0],"))
        #expect(try EventDecoder().decode(Wide.self, from: bytes) == value)
        #expect(try EventDecoder().decode(Int128.self, from: try EventEncoder().encode(number)) == number)
        #expect(try Int128(json: try number.json()) == number)
    }

    @Test(arguments: [
        ("170141183460469231731687303715884105728", false, true), ("-170141183460469231731687303715884105729", false, false),
        ("340282366920938463463374607431768211456", false, false), ("-1", true, false), ("1.5", false, false), ("1e39", false, false),
        ("1e38", true, true), ("12.0", true, true), ("-0", true, true), ("\"1\"", false, false),
    ])
    func `what a type does not hold is refused`(_ text: String, _ isSigned: Bool, _ isUnsigned: Bool) {
        #expect(((try? Int128(json: Array(text.utf8))) != nil) == isSigned)
        #expect(((try? UInt128(json: Array(text.utf8))) != nil) == isUnsigned)
        #expect(((try? EventDecoder().decode([Int128].self, from: Array("[\(text)]".utf8))) != nil) == isSigned)
        #expect(((try? EventDecoder().decode([UInt128].self, from: Array("[\(text)]".utf8))) != nil) == isUnsigned)
    }
}
