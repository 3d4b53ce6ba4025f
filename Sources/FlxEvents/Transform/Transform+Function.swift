import FlxCore
import OrderedCollections

extension Transform.Function {
    /// Returns the result of the function for some values; nil if a required one is missing.
    func result(of values: [EventValue?]) throws(FlxError) -> EventValue? {
        if self == .first { return values.compactMap(\.self).first { !$0.isNull } }
        let present = values.compactMap(\.self)
        guard present.count == values.count, let first = present.first else { return nil }
        switch self {
        case .concat:
            var text = ""
            for value in present {
                text += try value.attributeText
                guard text.utf8.count <= Transform.maximumBytes else { throw Transform.tooLong }
            }
            return .string(text)
        case .sum, .difference, .product: return .number(try fold(present))
        default:
            guard present.count == 1 else { throw FlxError(.invalidValue, "'\(rawValue)' takes one value, not \(present.count)") }
            return try result(of: first)
        }
    }

    private func result(of value: EventValue) throws(FlxError) -> EventValue {
        switch (self, value) {
        case (.lowercase, .string(let text)): return .string(text.lowercased())
        case (.uppercase, .string(let text)): return .string(text.uppercased())
        case (.trim, .string(let text)):
            let scalars = text.unicodeScalars.drop(while: \.properties.isWhitespace)
            let end = scalars.lastIndex { !$0.properties.isWhitespace }
            return .string(end.map { String(scalars[...$0]) } ?? "")
        case (.text, .number), (.text, .bool), (.text, .string): return .string(try value.attributeText)
        case (.number, .number): return value
        case (.number, .string(let text)):
            guard let number = JSONNumber(text) else { throw FlxError(.typeMismatch, "'\(text.prefix(40))' is no number") }
            return .number(number)
        case (.count, .array(let elements)): return .int(elements.count)
        case (.count, .object(let fields)): return .int(fields.count)
        case (.count, .string(let text)): return .int(text.scalarCount)
        default: throw FlxError(.typeMismatch, "'\(rawValue)' cannot be done to \(value.kind)")
        }
    }

    private func fold(_ values: [EventValue]) throws(FlxError) -> JSONNumber {
        var total: ScaledInteger?
        for value in values {
            guard let number = value.number else { throw FlxError(.typeMismatch, "'\(rawValue)' needs numbers, not \(value.kind)") }
            guard let next = ScaledInteger(number), let result = total.map({ combined($0, next) }) ?? next else {
                throw FlxError(.limitExceeded, "'\(rawValue)': a number or the result has more than 38 digits")
            }
            total = result
        }
        guard let number = total?.json else { throw FlxError(.invalidValue, "'\(rawValue)' needs numbers") }
        return number
    }

    private func combined(_ left: ScaledInteger, _ right: ScaledInteger) -> ScaledInteger? {
        switch self {
        case .sum: left.adding(right)
        case .difference: left.adding(right.negated)
        default: left.multiplied(by: right)
        }
    }
}

/// A decimal number of up to 38 digits: a whole number times a power of ten.
struct ScaledInteger {
    let value: Int128
    let exponent: Int

    init(value: Int128, exponent: Int) {
        self.value = value
        self.exponent = exponent
    }

    /// Takes a number; nil if it has more digits, or an exponent beyond 32 bits.
    init?(_ number: JSONNumber) {
        let decimal = ExactDecimal(number)
        guard decimal.digits.count <= 38, let exponent = Int32(exactly: decimal.exponent) else { return nil }
        let magnitude = decimal.digits.reduce(Int128(0)) { $0 * 10 + Int128($1 - UInt8(ascii: "0")) }
        self.init(value: decimal.isNegative ? -magnitude : magnitude, exponent: Int(exponent))
    }

    var negated: ScaledInteger { ScaledInteger(value: -value, exponent: exponent) }

    func adding(_ other: ScaledInteger) -> ScaledInteger? {
        if value == 0 { return other }
        if other.value == 0 { return self }
        let least = min(exponent, other.exponent)
        guard let left = scaled(to: least), let right = other.scaled(to: least) else { return nil }
        let (sum, overflow) = left.addingReportingOverflow(right)
        return overflow ? nil : ScaledInteger(value: sum, exponent: least)
    }

    func multiplied(by other: ScaledInteger) -> ScaledInteger? {
        let (product, overflow) = value.multipliedReportingOverflow(by: other.value)
        return overflow ? nil : ScaledInteger(value: product, exponent: product == 0 ? 0 : exponent + other.exponent)
    }

    /// The number in JSON; a few zeros are written out.
    var json: JSONNumber? {
        if (1...38).contains(exponent), let whole = scaled(to: 0) { return JSONNumber(String(whole)) }
        guard let digits = JSONNumber("\(value)").map(ExactDecimal.init), !digits.digits.isEmpty else { return value == 0 ? 0 : nil }
        let text = String(decoding: digits.digits, as: UTF8.self)
        let all = exponent + Int(digits.exponent)
        if all >= 0, all <= 38 { return JSONNumber((value < 0 ? "-" : "") + text + String(repeating: "0", count: all)) }
        return JSONNumber(ExactDecimal.text(isNegative: value < 0, digits: text, exponent: all))
    }

    private func scaled(to least: Int) -> Int128? {
        guard exponent - least <= 38 else { return nil }
        var value = value
        for _ in 0..<(exponent - least) {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            guard !overflow else { return nil }
            value = product
        }
        return value
    }
}
