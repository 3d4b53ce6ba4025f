/// The names in the table of checkpoints. The names of readers are printable. Other names begin with a control
/// character; their numbers are the store's own, such as the last token of a lease, and are not positions.
enum CheckpointName {
    /// The maximum length of a name. The name of a lease has a few bytes more than that of a reader.
    static let maximumBytes = 512

    static func isReader(_ name: String) -> Bool {
        (name.utf8.first ?? 0) >= 0x20
    }

    /// Returns the SQL condition for checkpoints of readers beyond a position.
    static func isBeyond(_ position: Int64) -> String {
        "name >= ' ' AND position > \(position)"
    }
}
