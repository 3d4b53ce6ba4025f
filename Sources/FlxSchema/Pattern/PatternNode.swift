/// A regular expression as a tree.
indirect enum PatternNode {
    /// Nothing, which matches everywhere.
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
    /// At least and at most so many times; nil for no limit.
    case repeated(PatternNode, Int, Int?)
    /// `(?=…)` and, negated, `(?!…)`
    case look(PatternNode, isNegated: Bool)
}
