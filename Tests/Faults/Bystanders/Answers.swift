import FlxCore
import FlxSQLite
import Synchronization

/// The answers to callers, for comparison with the store.
final class Answers: Sendable {
    private struct State {
        var kept: [EventID: Position] = [:]
        var refused: [EventID: FlxError] = [:]
        var wrong: [String] = []
    }

    private let state = Mutex(State())

    var count: Int { state.withLock { $0.kept.count + $0.refused.count } }
    var wrong: [String] { state.withLock { $0.wrong } }

    /// Records the answer to an append.
    /// - Parameter codes: The codes allowed for a refusal; if there are none, the append must be kept.
    func note(_ events: [Event], _ result: Result<AppendResult, FlxError>, refusedAs codes: FlxError.Code..., mayBeKept: Bool = false) {
        state.withLock { state in
            switch result {
            case .success(let result):
                for (event, place) in zip(events, result.places) { state.kept[event.id] = place.position }
                if !codes.isEmpty, !mayBeKept { state.wrong.append("an append that should be \(codes[0]) was kept") }
            case .failure(let error):
                for event in events { state.refused[event.id] = error }
                if !codes.contains(error.code) { state.wrong.append("a caller with no part in it was answered \(error)") }
            }
        }
    }

    func complain(_ words: String) { state.withLock { $0.wrong.append(words) } }

    /// Requires that the store has every acknowledged event at its place, and no refused event.
    func judge(_ store: SQLiteEventStore) async throws {
        let (kept, refused, wrong) = state.withLock { ($0.kept, $0.refused, $0.wrong) }
        let faults = try await store.verify { _, _ in }.faults
        try require(faults.isEmpty, "verification found \(faults.prefix(2))")
        let events = try await Deed.all(store)
        let places = Dictionary(uniqueKeysWithValues: events.map { ($0.event.id, $0.position) })
        try require(wrong.isEmpty, "\(wrong.count) wrong answers, such as: \(wrong[0])")
        for (id, position) in kept {
            try require(places[id] == position, "\(id) was acknowledged at \(position) and is at \(places[id] as Any)")
        }
        let there = refused.filter { places[$0.key] != nil }
        try require(there.isEmpty, "\(there.count) appends were refused and are there, such as by \(there.first?.value as Any)")
    }
}
