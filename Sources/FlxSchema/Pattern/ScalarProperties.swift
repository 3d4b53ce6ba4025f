import FlxCore

/// Properties of Unicode scalars, as named by `\p{…}` and `\P{…}`; one of them is enough for a match. General categories and the commonest
/// of the binary properties (ECMA-262, tables 67 to 69).
struct ScalarProperties: Hashable, Sendable {
    /// The general categories, a bit each.
    private var categories: UInt32 = 0
    /// The binary properties required of a scalar, and those it must lack, a bit each.
    private var having: UInt16 = 0
    private var lacking: UInt16 = 0

    /// Makes a set of no property.
    init() {}

    /// Finds a property by the text between the braces; nil for an unsupported one, such as a script.
    init?(_ text: String, isNegated: Bool) {
        var name = text
        for prefix in ["General_Category=", "gc="] where name.hasPrefix(prefix) { name.removeFirst(prefix.count) }
        if let mask = Self.categories[ExactText(name)] {
            categories = isNegated ? ~mask : mask
        } else if name == text, let index = Self.binaryIndices[ExactText(name)] {
            if isNegated { lacking = 1 << index } else { having = 1 << index }
        } else {
            return nil
        }
    }

    /// True if there is none.
    var isEmpty: Bool { categories == 0 && having == 0 && lacking == 0 }

    /// Adds others.
    mutating func formUnion(_ other: Self) {
        categories |= other.categories
        having |= other.having
        lacking |= other.lacking
    }

    /// Returns true if the scalar has one of them.
    func holds(_ value: UInt32) -> Bool {
        guard !isEmpty, let scalar = Unicode.Scalar(value) else { return false }
        if categories != 0, categories >> Self.index(of: scalar.properties.generalCategory) & 1 == 1 { return true }
        for (index, binary) in Self.binaries.enumerated() where (having | lacking) >> index & 1 == 1 {
            if (binary.holds(scalar) ? having : lacking) >> index & 1 == 1 { return true }
        }
        return false
    }

    /// The matches among the first 128 scalars, a bit each. From a table: a pattern may name properties very often.
    var ascii: UInt128 {
        var bits: UInt128 = 0
        for (index, members) in Self.asciiOfCategories.enumerated() where categories >> index & 1 == 1 { bits |= members }
        for (index, members) in Self.asciiOfBinaries.enumerated() {
            if having >> index & 1 == 1 { bits |= members }
            if lacking >> index & 1 == 1 { bits |= ~members }
        }
        return bits
    }

    private static let binaries: [(names: [String], holds: @Sendable (Unicode.Scalar) -> Bool)] = [
        (["Any"], { _ in true }),
        (["ASCII"], { $0.isASCII }),
        (["Alphabetic", "Alpha"], { $0.properties.isAlphabetic }),
        (["Lowercase", "Lower"], { $0.properties.isLowercase }),
        (["Uppercase", "Upper"], { $0.properties.isUppercase }),
        (["White_Space", "space"], { $0.properties.isWhitespace }),
        (["Emoji"], { $0.properties.isEmoji }),
        (["ID_Start", "IDS"], { $0.properties.isIDStart }),
        (["ID_Continue", "IDC"], { $0.properties.isIDContinue }),
        (["ASCII_Hex_Digit", "AHex"], { $0.properties.isASCIIHexDigit }),
        (["Hex_Digit", "Hex"], { $0.properties.isHexDigit }),
        (["Ideographic", "Ideo"], { $0.properties.isIdeographic }),
    ]

    private static let binaryIndices = Dictionary(
        uniqueKeysWithValues: binaries.enumerated().flatMap { index, binary in binary.names.map { (ExactText($0), index) } })

    private static let asciiOfCategories = names.indices.map { place in
        ascii { index(of: $0.properties.generalCategory) == place }
    }

    private static let asciiOfBinaries = binaries.map { ascii($0.holds) }

    private static func ascii(_ holds: (Unicode.Scalar) -> Bool) -> UInt128 {
        (UInt8(0)..<128).reduce(0) { bits, value in holds(Unicode.Scalar(value)) ? bits | 1 << UInt128(value) : bits }
    }
}

extension ScalarProperties {
    private static let names = [
        "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk",
        "So", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Cn",
    ]

    private static let longNames = [
        "Letter": "L", "Cased_Letter": "LC", "Uppercase_Letter": "Lu", "Lowercase_Letter": "Ll", "Titlecase_Letter": "Lt",
        "Modifier_Letter": "Lm", "Other_Letter": "Lo", "Mark": "M", "Combining_Mark": "M", "Nonspacing_Mark": "Mn",
        "Spacing_Mark": "Mc", "Enclosing_Mark": "Me", "Number": "N", "Decimal_Number": "Nd", "digit": "Nd", "Letter_Number": "Nl",
        "Other_Number": "No", "Punctuation": "P", "punct": "P", "Connector_Punctuation": "Pc", "Dash_Punctuation": "Pd",
        "Open_Punctuation": "Ps", "Close_Punctuation": "Pe", "Initial_Punctuation": "Pi", "Final_Punctuation": "Pf",
        "Other_Punctuation": "Po", "Symbol": "S", "Math_Symbol": "Sm", "Currency_Symbol": "Sc", "Modifier_Symbol": "Sk",
        "Other_Symbol": "So", "Separator": "Z", "Space_Separator": "Zs", "Line_Separator": "Zl", "Paragraph_Separator": "Zp",
        "Other": "C", "Control": "Cc", "cntrl": "Cc", "Format": "Cf", "Surrogate": "Cs", "Private_Use": "Co", "Unassigned": "Cn",
    ]

    /// The categories by their names: a name of two letters is one category, a name of one letter all categories with this first letter.
    private static let categories: [ExactText: UInt32] = {
        var masks: [ExactText: UInt32] = ["LC": 0b111]
        for (index, category) in names.enumerated() {
            for name in [category, String(category.prefix(1))] { masks[ExactText(name), default: 0] |= 1 << index }
        }
        for (long, short) in longNames { masks[ExactText(long)] = masks[ExactText(short)] }
        return masks
    }()

    private static func index(of category: Unicode.GeneralCategory) -> Int {
        switch category {
        case .uppercaseLetter: 0
        case .lowercaseLetter: 1
        case .titlecaseLetter: 2
        case .modifierLetter: 3
        case .otherLetter: 4
        case .nonspacingMark: 5
        case .spacingMark: 6
        case .enclosingMark: 7
        case .decimalNumber: 8
        case .letterNumber: 9
        case .otherNumber: 10
        case .connectorPunctuation: 11
        case .dashPunctuation: 12
        case .openPunctuation: 13
        case .closePunctuation: 14
        case .initialPunctuation: 15
        case .finalPunctuation: 16
        case .otherPunctuation: 17
        case .mathSymbol: 18
        case .currencySymbol: 19
        case .modifierSymbol: 20
        case .otherSymbol: 21
        case .spaceSeparator: 22
        case .lineSeparator: 23
        case .paragraphSeparator: 24
        case .control: 25
        case .format: 26
        case .surrogate: 27
        case .privateUse: 28
        default: 29
        }
    }
}
