import FlxCore

/// The range of the store's own numbers, counted from 1. A number out of range is damage: no arithmetic on it is safe.
extension Int64 {
    /// The greatest possible position, version or number of a name.
    static let greatest = Int64.max - 1
    /// The greatest number that SQLite may have given to a row, so that there is a next one.
    static let greatestNumbered = greatest - 1

    /// Returns the number after this one.
    /// - Throws: ``FlxError/Code/corrupt`` at the end of the range.
    func next(_ what: @autoclosure () -> String) throws(FlxError) -> Int64 {
        guard (0..<Int64.greatest).contains(self) else {
            throw FlxError(.corrupt, "\(what()) is \(self), beyond all that a store can have: verify it, and restore a backup")
        }
        return self + 1
    }

    /// Returns the number if it can be the position of a last event.
    func checkedPosition(_ path: String) throws(FlxError) -> Int64 {
        guard (0...Int64.greatest).contains(self) else {
            throw FlxError(.corrupt, "\(path) is damaged: its last event is at position \(self); restore a backup")
        }
        return self
    }
}

extension Handle {
    /// Returns the position of the last event; 0 if there is none.
    func lastPosition() throws(FlxError) -> Int64 {
        try number("SELECT max(position) FROM events").checkedPosition(path)
    }

    /// Returns the checksum of the first event; nil if there is none. It covers the time of recording: the
    /// same event has another one in another log.
    func firstChecksum() throws(FlxError) -> Int64? {
        let statement = try Statement(self, "SELECT checksum FROM events WHERE position = 1")
        return try statement.step() ? statement.number(0) : nil
    }
}
