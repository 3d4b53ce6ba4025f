import FlxCore
import Synchronization

/// A store as plain as can be, a list that is searched from end to end, with one fault built in on demand. Without a fault it is a
/// second implementation of the contract, so that the rules are seen to ask for nothing that only ``MemoryEventStore`` does.
final class FaultyStore: EventStore {
    struct State {
        var events: [RecordedEvent] = []
        /// What is recorded but not yet shown, for the faults that show events late.
        var hidden: Set<EventID> = []
        var isClosed = false
        /// The way in which the next append fails: without a trace, or after it was kept.
        var failure: Int?
        /// The number of appends under way, and the error of one of them that all get, where that is the fault.
        var together = 0
        var error: FlxError?

        mutating func leave() {
            together -= 1
            if together == 0 { error = nil }
        }
    }

    let fault: StoreFault
    let limits: StoreLimits
    let doorbell = Doorbell()
    let state = Mutex(State())

    init(_ fault: StoreFault, limits: StoreLimits) {
        self.fault = fault
        self.limits = limits
    }

    func append(_ writes: [StreamWrite], unless boundary: Boundary?) async throws(FlxError) -> AppendResult {
        if fault != .appendIgnoresCancellation, Task.isCancelled { throw FlxError(.cancelled, "cancelled") }
        try checkLimits(writes, boundary)
        if fault == .oneStreamAtATime, writes.count > 1 {
            var places: [AppendResult.Place] = []
            for write in writes { places += try await append([write], unless: boundary).places }
            return AppendResult(places: places)
        }
        if fault == .failsTogether {
            state.withLock { $0.together += 1 }
            for _ in 1...20 { await Task.yield() }
        }
        defer { if fault == .failsTogether { state.withLock { $0.leave() } } }
        let isEarly = fault == .checkedTooEarly
        if isEarly {
            try withOpenState { state throws(FlxError) in try check(writes, boundary, &state) }
            await Task.yield()
        }
        let (result, last) = try withOpenState { state throws(FlxError) in
            if !isEarly { try checkTogether(writes, boundary, &state) }
            if let way = state.failure {
                state.failure = nil
                if way == 1 { _ = record(writes, &state) }
                throw FlxError(.io, "the medium failed", isOutcomeUnknown: way == 1 && fault != .deniesWhatItKept)
            }
            return (record(writes, &state), state.events.last?.position ?? .start)
        }
        await show(writes, result)
        if fault != .missesTheRing || last.value % 3 != 0 { doorbell.ring(through: last) }
        if fault == .cancelledThoughKept {
            await Task.yield()
            if Task.isCancelled { throw FlxError(.cancelled, "cancelled") }
        }
        return result
    }

    /// Makes the next append fail.
    func fail(_ way: Int) {
        state.withLock { $0.failure = way }
    }

    /// A store that has what this one kept.
    func copied() -> FaultyStore {
        let copy = FaultyStore(fault, limits: limits)
        let events = state.withLock(\.events)
        copy.state.withLock { $0.events = events }
        return copy
    }

    func wait(after position: Position) async throws(FlxError) {
        if fault == .waitIgnoresCancellation {
            while try await lastPosition() <= position { await rest() }
        } else {
            try await doorbell.wait(after: position)
        }
    }

    func lastPosition() async throws(FlxError) -> Position {
        try withOpenState { state in visible(state).last?.position ?? .start }
    }

    func close() async {
        state.withLock { $0.isClosed = true }
        if fault != .closeLeavesWaiters { doorbell.close() }
    }

    func withOpenState<Result: Sendable>(_ body: (inout State) throws(FlxError) -> Result) throws(FlxError) -> Result {
        try state.withLock { state throws(FlxError) in
            guard !state.isClosed else { throw FlxError(.closed, "closed") }
            return try body(&state)
        }
    }

    func visible(_ state: State) -> [RecordedEvent] {
        state.hidden.isEmpty ? state.events : state.events.filter { !state.hidden.contains($0.id) }
    }

    /// Checks an append; the error of one is that of all who append at the same time, where that is the fault.
    private func checkTogether(_ writes: [StreamWrite], _ boundary: Boundary?, _ state: inout State) throws(FlxError) {
        if let error = state.error { throw error }
        do throws(FlxError) {
            try check(writes, boundary, &state)
        } catch {
            if state.together > 1 { state.error = error }
            throw error
        }
    }

    /// Shows events late, where that is the fault.
    private func show(_ writes: [StreamWrite], _ result: AppendResult) async {
        let ids = writes.flatMap(\.events).map(\.id)
        switch fault {
        case .showsPartsOfBatches:
            for id in ids {
                await Task.yield()
                _ = state.withLock { $0.hidden.remove(id) }
            }
        case .commitsOutOfOrder:
            // Every other append becomes visible after its neighbours.
            for _ in 0..<(result.places.first?.version.value ?? 0) % 2 * 20 { await Task.yield() }
            state.withLock { $0.hidden.subtract(ids) }
        default: break
        }
    }
}
