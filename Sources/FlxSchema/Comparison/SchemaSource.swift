import FlxCore

/// A schema in one of the two compared documents.
struct SchemaTerm: Hashable, Comparable, Sendable {
    /// 0 for the writer's document, 1 for the reader's.
    let side: Int
    /// The number of its node.
    let node: Int

    static func < (left: Self, right: Self) -> Bool { (left.side, left.node) < (right.side, right.node) }
}

/// The kinds of values. Each value has exactly one kind: a number is whole, or has a fraction.
struct SchemaKinds: OptionSet, Hashable, Sendable {
    let rawValue: UInt8

    static let null = SchemaKinds(rawValue: 1)
    static let boolean = SchemaKinds(rawValue: 2)
    static let integer = SchemaKinds(rawValue: 4)
    static let fraction = SchemaKinds(rawValue: 8)
    static let string = SchemaKinds(rawValue: 16)
    static let array = SchemaKinds(rawValue: 32)
    static let object = SchemaKinds(rawValue: 64)
    static let number: SchemaKinds = [.integer, .fraction]
    static let all = SchemaKinds(rawValue: 127)

    private static let names: [(kinds: SchemaKinds, name: String)] = [
        (.null, "null"), (.boolean, "boolean"), (.number, "number"), (.integer, "integer"), (.fraction, "a number with a fraction"),
        (.string, "string"), (.array, "array"), (.object, "object"),
    ]

    init(rawValue: UInt8) { self.rawValue = rawValue }

    init(_ types: SchemaTypes) {
        self = types.names.reduce(into: []) { kinds, type in
            kinds.formUnion(Self.names.first { $0.name == type }?.kinds ?? [])
        }
    }

    /// Each of the kinds by itself.
    var single: [SchemaKinds] { (0..<7).map { SchemaKinds(rawValue: 1 << $0) }.filter(contains) }

    /// The kinds in words.
    var listed: String {
        if self == .all { return "of any type" }
        var (rest, words) = (self, [String]())
        for (kinds, name) in Self.names where rest.isSuperset(of: kinds) {
            rest.subtract(kinds)
            words.append(name)
        }
        return words.joined(separator: " or ")
    }
}

/// The values at one place: those that fit all of some schemas.
struct SchemaSource: Hashable, Sendable {
    /// The schemas that the values fit, in order.
    private(set) var terms: [SchemaTerm]
    /// The schemas that the values do not fit.
    private(set) var refused: [SchemaTerm] = []
    /// The schemas that apply to some of the values and mention members.
    private(set) var mentions: [SchemaTerm] = []
    /// The possible kinds of the values.
    var kinds: SchemaKinds = .all
    /// The members present in all values.
    private(set) var required: [ExactText] = []
    /// True if the values may have any members, and not only those mentioned in the schemas.
    var isOpen = false

    init(_ terms: [SchemaTerm], mentions: [SchemaTerm] = [], kinds: SchemaKinds = .all, isOpen: Bool = false) {
        self.terms = Set(terms).sorted()
        self.mentions = Set(mentions).subtracting(terms).sorted()
        self.kinds = kinds
        self.isOpen = isOpen
    }

    /// A measure of the work for it.
    var size: Int { terms.count + refused.count + mentions.count }

    func adding(_ term: SchemaTerm) -> SchemaSource {
        var source = self
        source.terms = Set(terms + [term]).sorted()
        return source
    }

    func refusing(_ others: [SchemaTerm]) -> SchemaSource {
        var source = self
        source.refused = Set(refused + others).sorted()
        return source
    }

    func requiring(_ name: ExactText) -> SchemaSource {
        var source = self
        source.required = Set(required + [name]).sorted()
        return source
    }

    func limited(to kinds: SchemaKinds) -> SchemaSource {
        var source = self
        source.kinds.formIntersection(kinds)
        return source
    }
}
