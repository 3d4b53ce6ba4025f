/// A regular expression as a tree.
indirect enum PatternNode {
    /// The empty pattern; it matches everywhere.
    case empty
    /// One scalar.
    case scalar(UInt32)
    /// One scalar out of a set.
    case set(ScalarSet)
    /// `^`
    case start
    /// `$`
    case end
    /// `\b` and, negated, `\B`
    case boundary(isNegated: Bool)
    /// One after the other.
    case sequence([PatternNode])
    /// One of them.
    case choice([PatternNode])
    /// A minimum and a maximum number of repetitions; nil for no maximum.
    case repeated(PatternNode, Int, Int?)
    /// `(?=…)` and, negated, `(?!…)`
    case look(PatternNode, isNegated: Bool)
}
