import SharedData
import Testing

@testable import FlxCore

/// Values of numbers: exact for any number of digits, and bounded for any exponent.
@Suite("Exact decimals")
struct ExactDecimalTests {
    static func value(_ text: String) throws -> NumberValue { NumberValue(try #require(JSONNumber(text), "\(text)")) }

    static let ascending = [
        "-1e9223372036854775808", "-1e9223372036854775807", "-1e9223372036854775806", "-10e1000000", "-1e1000000", "-1e400",
        "-123456789012345678901234567891", "-123456789012345678901234567890", "-9223372036854775809", "-9223372036854775808",
        "-9223372036854775807.5", "-9223372036854775807", "-1.5", "-1", "-1e-400", "-1e-9223372036854775808", "0",
        "1e-9223372036854775809", "1e-9223372036854775808", "1e-9223372036854775807", "1e-1000000", "1e-400", "0.1",
        "0.10000000000000000001",
        "1", "1.0000000000000000000000000000000000000000000000001", "9007199254740992", "9007199254740993", "9223372036854775807",
        "9223372036854775807.000000000000000000000001", "9223372036854775808", "18446744073709551615", "18446744073709551616",
        "18446744073709551617", "123456789012345678901234567890", "123456789012345678901234567891", "1e308", "1e309",
        "1e400", "11e399",
        "1e2147483647", "1e2147483648",
        "1e9223372036854775806", "1e9223372036854775807", "1.5e9223372036854775807", "1e9223372036854775808",
        "1e18446744073709551616",
    ]

    @Test("Every number of an ascending list is less than those after it")
    func order() throws {
        let values = try Self.ascending.map(Self.value)
        for (index, left) in values.enumerated() {
            for (other, right) in values.enumerated() {
                let name = "\(Self.ascending[index]) and \(Self.ascending[other])"
                let expected = index < other ? -1 : index == other ? 0 : 1
                #expect(left.compared(to: right) == expected, "\(name)")
                #expect((left == right) == (index == other), "\(name)")
                #expect((left.canonical == right.canonical) == (index == other), "\(name)")
            }
        }
    }

    @Test("Texts of one value are equal", arguments: [
        ["1", "1.0", "10e-1", "0.1e1", "1E0", "1e+0", "100e-2", "0.00001e5", "1e00000000000000000000000000000000000000000000"],
        ["0", "-0", "0.0", "0e9223372036854775807", "-0e-9223372036854775808", "0e99999999999999999999999999999999999999999"],
        ["1e400", "10e399", "0.1e401"], ["9223372036854775808", "9223372036854775808.0", "9223372036854775808000e-3"],
        ["10e9223372036854775807", "1e9223372036854775808", "0.1e9223372036854775809", "1e000009223372036854775808"],
        ["0.1e-9223372036854775808", "1e-9223372036854775809", "10e-9223372036854775810"], ["-12.50", "-125e-1", "-1250.0e-2"],
    ])
    func equals(texts: [String]) throws {
        for text in texts {
            #expect(try Self.value(text) == Self.value(texts[0]), "\(text)")
            #expect(try Self.value(text).hashValue == Self.value(texts[0]).hashValue, "\(text)")
            #expect(try Self.value(text).canonical == Self.value(texts[0]).canonical, "\(text)")
            #expect(try Self.value(text).isWhole == Self.value(texts[0]).isWhole, "\(text)")
        }
    }

    @Test("Whole is what has no fraction", arguments: [
        ("1", true), ("1.0", true), ("1.5", false), ("15e-1", false), ("150e-1", true), ("1e9223372036854775807", true),
        ("10e9223372036854775807", true), ("0.1e-9223372036854775808", false), ("0e-9223372036854775808", true), ("1e-400", false),
        ("123456789012345678901234567890123456789012345678901234567890.5", false),
        ("123456789012345678901234567890123456789012345678901234567890.0", true),
    ])
    func whole(text: String, isWhole: Bool) throws {
        #expect(try Self.value(text).isWhole == isWhole)
    }

    @Test("Multiples of numbers of all lengths", arguments: [
        ("0", "3", true), ("-6", "3", true), ("7", "3", false), ("0.3", "0.1", true), ("0.35", "0.1", false), ("1e400", "1e-400", true),
        ("1e400", "3", false), ("3e400", "3", true), ("1e9223372036854775807", "5", true), ("1e9223372036854775807", "7", false),
        ("7e9223372036854775807", "7", true), ("7e9223372036854775807", "1e-9223372036854775808", true), ("5", "10", false),
        ("1e-9223372036854775808", "1", false), ("12345678901234567890123456789", "2", false), ("9223372036854775808", "0.5", true),
        ("-9223372036854775808", "-1", true), ("1", "0", false), ("0", "0", true), ("4.5", "1.5", true), ("1e30", "1024", true),
        ("1e9", "1024", false), ("1e10", "1024", true), ("1", "1e9223372036854775807", false), ("10e1000000", "1e1000001", true),
    ])
    func multiples(number: String, divisor: String, expected: Bool) throws {
        #expect(try Self.value(number).isMultiple(of: Self.value(divisor)) == expected)
    }

    @Test("Long products are multiples of their factors, and their neighbours are not")
    func longMultiples() throws {
        var random = SeededRandom.printed()
        for _ in 0..<300 {
            let left = Self.digits(Int.random(in: 1...120, using: &random), &random)
            let right = Self.digits(Int.random(in: 1...60, using: &random), &random)
            let product = Self.product(left, right)
            let exponent = Int.random(in: 0...60, using: &random)
            #expect(try Self.value("\(product)e\(exponent)").isMultiple(of: Self.value(left)), "\(product)e\(exponent) of \(left)")
            #expect(try Self.value("\(product)e-7").isMultiple(of: Self.value("\(right)e-\(7 + exponent)")), "\(product) of \(right)")
            // A number greater than 1 divides no two neighbours.
            let next = String(product.dropLast()) + (product.last == "9" ? "8" : "9")
            let gap = product.last == "9" ? 1 : 9 - (product.last?.wholeNumberValue ?? 0)
            guard left.count > 1 || gap == 1, left != "1" else { continue }
            #expect(try !Self.value(next).isMultiple(of: Self.value(left)), "\(next) of \(left)")
        }
    }

    @Test("The longest numbers that are read end soon, whatever their exponents")
    func bounded() throws {
        let nines = String(repeating: "9", count: 1_000)
        let number = try Self.value("\(nines)e9223372036854775807")
        #expect(try !number.isMultiple(of: Self.value(String(repeating: "7", count: 999) + "3")))
        #expect(try number.isMultiple(of: Self.value(nines)))
        #expect(number.cost(dividedBy: try Self.value(nines)) > 500)
        #expect(try Self.value("10").cost(dividedBy: Self.value("0.01")) == 0)
        #expect(try Self.value("10e1000000").compared(to: Self.value("1e1000001")) == 0)
        #expect(JSONNumber("10e1000000").map { ExactDecimal($0) }?.digits.count == 1)
    }

    private static func digits(_ count: Int, _ random: inout SeededRandom) -> String {
        "123456789".randomElement(using: &random).map(String.init).map { first in
            first + (1..<max(count, 1)).map { _ in String(Int.random(in: 0...9, using: &random)) }.joined()
        } ?? "1"
    }

    /// By hand.
    private static func product(_ left: String, _ right: String) -> String {
        let (one, other) = (left.reversed().map { $0.wholeNumberValue ?? 0 }, right.reversed().map { $0.wholeNumberValue ?? 0 })
        var result = Array(repeating: 0, count: one.count + other.count)
        for (place, digit) in one.enumerated() {
            for (otherPlace, otherDigit) in other.enumerated() { result[place + otherPlace] += digit * otherDigit }
        }
        for place in result.indices.dropLast() {
            result[place + 1] += result[place] / 10
            result[place] %= 10
        }
        let digits: [String] = result.reversed().map { String($0) }
        return String(digits.joined().drop { $0 == "0" })
    }
}
