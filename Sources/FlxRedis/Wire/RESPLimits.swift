/// How much a reply may have. Nothing is reserved for what a reply merely announces.
struct RESPLimits: Hashable, Sendable {
    /// The bytes of a reply. Each value in it counts for ``valueBytes`` more.
    var replyBytes = 256 << 20
    /// The bytes of a line, which is a short text, an error or a number.
    var lineBytes = 64 << 10
    /// How deep arrays and maps may stand in each other.
    var depth = 32

    /// What a value takes in memory, whatever it has.
    static let valueBytes = 32
}
