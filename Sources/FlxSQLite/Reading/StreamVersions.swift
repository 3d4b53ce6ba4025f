import FlxCore

/// The versions of streams, in the order in which a page goes through all of their events.
///
/// The versions of a stream have no gaps. Therefore an index that has lost an entry between two others is no shorter stream.
/// Nothing tells of an entry lost behind the last one, or in the lists of types and tags: a verification does.
struct StreamVersions {
    private let isForward: Bool
    private let isFromStart: Bool
    /// The version passed last, by the number of the stream.
    private var passed: [Int64: Int64] = [:]

    /// Takes up where another page ended, if that is at an event of these streams. From any other place a reader may go on
    /// behind a gap.
    init(_ scope: Selection.Scope, _ direction: ReadDirection, _ reader: inout Reader) throws(FlxError) {
        let start: Position
        switch direction {
        case .forward(let after): (isForward, isFromStart, start) = (true, after == .start, after)
        case .backward(let before): (isForward, isFromStart, start) = (false, false, before)
        }
        let row = reader.single
        row.reset()
        row.bind(start.value, at: 1)
        guard start > .start, try row.step(), let name = try? reader.rows.stream(row), scope.contains(name) else { return }
        passed[row.number(1)] = row.number(3)
    }

    /// Passes an event.
    /// - Throws: ``FlxError/Code/corrupt`` if it does not follow the one before in its stream, or is damaged itself.
    mutating func pass(_ row: Statement, _ rows: inout RowReader) throws(FlxError) {
        let (stream, version) = (row.number(1), row.number(3))
        let before = passed.updateValue(version, forKey: stream) ?? (isFromStart ? 0 : nil)
        guard let before, version != before &+ (isForward ? 1 : -1) else { return }
        let recorded = try rows.event(row)
        throw Self.gap("version \(version) of the stream '\(recorded.event.stream ?? "")', at position \(recorded.position)", before)
    }

    /// Requires that the way back has come to the first events.
    func requireFirst() throws(FlxError) {
        guard !isForward, let (_, version) = passed.first(where: { $0.value != 1 }) else { return }
        throw Self.gap("the beginning of a stream", version)
    }

    private static func gap(_ place: String, _ before: Int64) -> FlxError {
        FlxError(
            .corrupt,
            """
            \(place), follows version \(before): events between them are missing, or the index by stream does not lead to them; verify \
            the store, and repair it
            """)
    }
}
