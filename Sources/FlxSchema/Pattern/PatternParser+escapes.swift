import FlxCore

extension PatternParser {
    /// The meaning of an escape outside of a class.
    mutating func escape() throws(FlxError) -> PatternNode {
        switch peek {
        case "b", "B": return .boundary(isNegated: next() == "B")
        case "k": return try reference()
        case let digit? where digit.value >= 0x31 && digit.value <= 0x39: return try reference()
        default:
            let (ranges, properties) = try escapedMembers()
            return ranges.single.map(PatternNode.scalar) ?? .set(ScalarSet(ranges, properties: properties))
        }
    }

    /// The content of brackets.
    mutating func characterClass() throws(FlxError) -> ScalarSet {
        let isNegated = take("^")
        var ranges: [ClosedRange<UInt32>] = []
        var properties = ScalarProperties()
        while let scalar = next() {
            if scalar == "]" { return ScalarSet(ranges, properties: properties, isNegated: isNegated) }
            let (first, named) = try members(scalar)
            properties.formUnion(named)
            guard let low = first.single, peek == "-" else {
                ranges += first
                continue
            }
            _ = take("-")
            guard let end = next() else { break }
            guard end != "]" else {
                return ScalarSet(ranges + first + [0x2D...0x2D], properties: properties, isNegated: isNegated)
            }
            let (last, _) = try members(end)
            guard let high = last.single, low <= high else { throw fault("a range of a class ends before it begins") }
            ranges.append(low...high)
        }
        throw fault("a class does not end")
    }

    private mutating func members(_ scalar: Unicode.Scalar) throws(FlxError) -> ([ClosedRange<UInt32>], ScalarProperties) {
        guard scalar == "\\" else { return ([scalar.value...scalar.value], ScalarProperties()) }
        if take("b") { return ([0x08...0x08], ScalarProperties()) }
        return try escapedMembers()
    }

    /// The scalars of an escape, after its backslash.
    private mutating func escapedMembers() throws(FlxError) -> ([ClosedRange<UInt32>], ScalarProperties) {
        guard let letter = next() else { throw fault("an escape does not end") }
        if let ranges = ScalarSet.ranges(ofClass: letter) { return (ranges, ScalarProperties()) }
        if letter == "p" || letter == "P" {
            let name = braced()
            if let name, let properties = ScalarProperties(name, isNegated: letter == "P") { return ([], properties) }
            let isProperty = name?.utf8.allSatisfy { $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "=") }
            guard isGrammarOnly, name != "", isProperty ?? false else { throw fault("'\\\(letter)' names no known property") }
            return ([], ScalarProperties())
        }
        let value = try escapedScalar(letter)
        return ([value...value], ScalarProperties())
    }

    private mutating func escapedScalar(_ letter: Unicode.Scalar) throws(FlxError) -> UInt32 {
        switch letter {
        case "n": return 0x0A
        case "r": return 0x0D
        case "t": return 0x09
        case "v": return 0x0B
        case "f": return 0x0C
        case "0": return 0
        case "c":
            guard let control = next(), control.properties.isAlphabetic, control.isASCII else { throw fault("'\\c' needs a letter") }
            return control.value % 32
        case "x":
            guard let value = hexadecimal(2) else { throw fault("'\\x' needs two digits") }
            return value
        case "u": return try codePoint()
        default:
            guard !letter.properties.isAlphabetic, letter.properties.numericType == nil else {
                throw fault("'\\\(letter)' is no known escape")
            }
            return letter.value
        }
    }

    /// `\uXXXX`, a pair of them for one scalar, or `\u{X}`.
    private mutating func codePoint() throws(FlxError) -> UInt32 {
        if peek == "{" {
            guard let text = braced(), text.utf8.count <= 8, text.utf8.allSatisfy(\.isHexDigit),
                let value = UInt32(text, radix: 16), value <= 0x10FFFF
            else { throw fault("'\\u{…}' needs the number of a character") }
            return value
        }
        guard let first = hexadecimal(4) else { throw fault("'\\u' needs four digits") }
        guard (0xD800...0xDBFF).contains(first) else { return first }
        guard take("\\"), take("u"), let second = hexadecimal(4), (0xDC00...0xDFFF).contains(second) else {
            throw fault("half of a surrogate pair is no character")
        }
        return 0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)
    }
}

extension [ClosedRange<UInt32>] {
    /// The one scalar of the ranges, if there is exactly one.
    fileprivate var single: UInt32? {
        guard count == 1, self[0].count == 1 else { return nil }
        return self[0].lowerBound
    }
}
