/// The names in the table of checkpoints. Those of readers are printable; others, which begin with a control character, are numbers of
/// the store's own, such as the last token of a lease, and have nothing to do with positions.
enum CheckpointName {
    /// No name is longer: that of a lease has a few bytes more than that of a reader.
    static let maximumBytes = 512

    static func isReader(_ name: String) -> Bool {
        (name.utf8.first ?? 0) >= 0x20
    }

    /// The condition by which SQL finds the checkpoints of readers that lie beyond a position.
    static func isBeyond(_ position: Int64) -> String {
        "name >= ' ' AND position > \(position)"
    }
}
