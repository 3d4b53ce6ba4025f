import FlxEvents
import FlxTesting
import Synchronization
import Testing

/// A call on views, for one of a few views and generations.
private enum ViewCall: CustomStringConvertible {
    case begin(view: Int)
    case step(Int64, after: Int64, through: Int64, key: Int, isRemoved: Bool, hasEvent: Bool)
    case hold(Int64), switchView(Int64), drop(Int64), dropBuild(Int64)

    init(_ random: inout SeededGenerator, _ model: ViewModel) {
        let generation = model.all.isEmpty ? nil : model.all[random.number(below: model.all.count)]
        let id = random.once(in: 12) ? 99 : generation?.id ?? 1
        switch random.number(below: 12) {
        case 0...1: self = .begin(view: random.number(below: 2))
        case 2...6:
            let after = (generation?.checkpoint ?? 0) - (random.once(in: 10) ? 1 : 0)
            let reach = generation?.switchPosition.map { random.once(in: 3) ? $0 : after } ?? after + Int64(random.number(below: 3))
            self = .step(
                id, after: max(0, after), through: max(0, reach), key: random.number(below: 3), isRemoved: random.once(in: 3),
                hasEvent: random.once(in: 3))
        case 7...8: self = .hold(id)
        case 9: self = .switchView(id)
        case 10: self = random.once(in: 3) ? .drop(id) : .dropBuild(id)
        default: self = .switchView(id)
        }
    }

    var description: String {
        switch self {
        case .begin(let view): "begin \(view)"
        case .step(let id, let after, let through, let key, let isRemoved, let hasEvent):
            "step of \(id) from \(after) to \(through), key \(key), removed \(isRemoved), event \(hasEvent)"
        case .hold(let id): "hold for \(id)"
        case .switchView(let id): "switch to \(id)"
        case .drop(let id): "drop \(id)"
        case .dropBuild(let id): "drop the build \(id)"
        }
    }

    /// Makes the call.
    /// - Returns: A number that it returned, or the code of its error.
    func make(on store: some StateStore, event number: Int64) async -> ViewAnswer {
        do throws(FlxError) {
            switch self {
            case .begin(let view): return .number(try await store.beginGeneration(of: "v\(view)", version: 1).id.value)
            case .step(let id, let after, let through, let key, let isRemoved, let hasEvent):
                let name = "k\(key)"
                let change = isRemoved ? ViewStep.Change.remove(name) : .put(ViewDocument(key: name, body: [UInt8(through % 256)]))
                let event = try Event(type: "effect", data: .int(number))
                try await store.commit(ViewStep(
                    of: .init(id), after: Position(after), through: Position(through), handled: 1, changes: [change],
                    events: hasEvent ? [StreamWrite([event], to: "effects")] : []))
            case .hold(let id): return .number(try await store.holdForSwitch(to: .init(id)).value)
            case .switchView(let id): try await store.switchView(to: .init(id))
            case .drop(let id): try await store.dropGeneration(.init(id))
            case .dropBuild(let id): try await store.dropBuild(.init(id))
            }
            return .number(0)
        } catch {
            return .refused(error.code)
        }
    }
}

private enum ViewAnswer: Equatable {
    case number(Int64)
    case refused(FlxError.Code)
}

/// What the contract of views says, as simply as it can be said.
private struct ViewModel {
    struct Generation {
        let id: Int64
        let view: Int
        var isCurrent: Bool
        var isHeld = false
        var checkpoint: Int64 = 0
        var handled: Int64 = 0
        var switchPosition: Int64?
        var expires: Timestamp
        var documents: [Int: UInt8] = [:]
    }

    var all: [Generation] = []
    var effects: [Int64] = []
    private var last: Int64 = 0

    private func isActive(_ generation: Generation, _ time: Timestamp) -> Bool {
        time < generation.expires && generation.expires <= time.advanced(by: .seconds(60))
    }

    private mutating func release(_ view: Int) {
        for index in all.indices where all[index].view == view { (all[index].isHeld, all[index].switchPosition) = (false, nil) }
    }

    /// Lets a generation go if it is held.
    mutating func letGo(_ id: Int64) {
        if let held = all.first(where: { $0.id == id && $0.isHeld }) { release(held.view) }
    }

    private mutating func drop(_ id: Int64) {
        guard let index = all.firstIndex(where: { $0.id == id }) else { return }
        release(all.remove(at: index).view)
    }

    mutating func make(_ call: ViewCall, event: Int64, at time: Timestamp) -> ViewAnswer {
        switch call {
        case .begin(let view):
            let hasCurrent = all.contains { $0.view == view && $0.isCurrent }
            if hasCurrent, let other = all.first(where: { $0.view == view && !$0.isCurrent }) {
                guard !isActive(other, time) else { return .refused(.viewConflict) }
                drop(other.id)
            }
            last += 1
            all.append(Generation(id: last, view: view, isCurrent: !hasCurrent, expires: time.advanced(by: .seconds(30))))
            return .number(last)
        case .step(let id, let after, let through, let key, let isRemoved, let hasEvent):
            guard through >= after else { return .refused(.invalidValue) }
            guard let index = all.firstIndex(where: { $0.id == id }) else { return .refused(.notFound) }
            let view = all[index].view
            if all[index].isHeld, !all.contains(where: { $0.view == view && !$0.isCurrent && isActive($0, time) }) { release(view) }
            let generation = all[index]
            guard generation.checkpoint == after, !generation.isHeld, !hasEvent || generation.isCurrent,
                through <= generation.switchPosition ?? .max
            else { return .refused(.viewConflict) }
            all[index].checkpoint = through
            all[index].handled += 1
            all[index].expires = time.advanced(by: .seconds(30))
            all[index].documents[key] = isRemoved ? nil : UInt8(through % 256)
            if hasEvent { effects.append(event) }
        case .hold(let id): return hold(id, time)
        case .switchView(let id):
            guard let index = all.firstIndex(where: { $0.id == id && !$0.isCurrent }) else { return .refused(.notFound) }
            guard all[index].checkpoint == all[index].switchPosition else { return .refused(.viewConflict) }
            (all[index].isCurrent, all[index].switchPosition) = (true, nil)
            let view = all[index].view
            all.removeAll { $0.view == view && $0.id != id }
        case .drop(let id): drop(id)
        case .dropBuild(let id): if all.contains(where: { $0.id == id && !$0.isCurrent }) { drop(id) }
        }
        return .number(0)
    }

    private mutating func hold(_ id: Int64, _ time: Timestamp) -> ViewAnswer {
        guard let index = all.firstIndex(where: { $0.id == id && !$0.isCurrent }) else { return .refused(.notFound) }
        if let position = all[index].switchPosition {
            all[index].expires = time.advanced(by: .seconds(30))
            return .number(position)
        }
        guard let current = all.firstIndex(where: { $0.view == all[index].view && $0.isCurrent }) else { return .refused(.notFound) }
        guard all[index].checkpoint <= all[current].checkpoint else { return .refused(.viewConflict) }
        all[index].expires = time.advanced(by: .seconds(30))
        (all[index].switchPosition, all[current].isHeld) = (all[current].checkpoint, true)
        return .number(all[current].checkpoint)
    }
}

/// A store in memory in which something happens before each call for records.
private final class InterruptedStore: ForwardingStore {
    let inner: MemoryEventStore
    let between: @Sendable () async -> Void
    let committed: @Sendable () -> Void
    /// The time that was read last.
    let time: Mutex<Timestamp>

    init(
        _ inner: MemoryEventStore, at time: Timestamp, between: @escaping @Sendable () async -> Void,
        committed: @escaping @Sendable () -> Void
    ) {
        (self.inner, self.between, self.committed) = (inner, between, committed)
        self.time = Mutex(time)
    }

    func commit(_ change: StoreChange) async throws(FlxError) -> AppendResult {
        await between()
        let result = try await inner.commit(change)
        committed()
        return result
    }
    func state(_ keys: [StateKey]) async throws(FlxError) -> [StateRecord?] {
        await between()
        return try await inner.state(keys)
    }
    func state(_ query: StateQuery) async throws(FlxError) -> StatePage {
        await between()
        // Each on a page of its own.
        var query = query
        query.limit = 1
        return try await inner.state(query)
    }
    func now() async throws(FlxError) -> Timestamp {
        let now = try await inner.now()
        time.withLock { $0 = now }
        return now
    }
}

/// Random calls on views, with others between the parts of each, answer as the contract says.
@Suite struct ViewModelTests {
    /// What the calls of one test share.
    private final class Bench: Sendable {
        struct State {
            var model = ViewModel()
            var random: SeededGenerator
            var events: Int64 = 0
            var interruptions = 0
            /// The answers that the outer call may give when it is refused: those at any moment of it.
            var refusals: [ViewAnswer] = []
            var history: [String] = []
        }

        let clock = ManualClock()
        let store: MemoryEventStore
        let state: Mutex<State>

        init(seed: UInt64) {
            store = MemoryEventStore(clock: clock.events)
            state = Mutex(State(random: SeededGenerator(seed: seed)))
        }

        /// Lets time pass, or sets the clock.
        func turnClock() {
            let seconds = state.withLock { state in
                state.random.once(in: 20) ? -state.random.number(below: 200) : state.random.once(in: 3) ? state.random.number(below: 25) : 0
            }
            clock.set(clock.time.advanced(by: .seconds(seconds)))
        }

        /// Makes a call on the store itself, and compares.
        func makeWhole() async {
            turnClock()
            let (call, event) = next()
            let answer = await call.make(on: store, event: event)
            let expected = state.withLock { state in
                state.history.append("  \(call) at \(clock.time.nanoseconds / 1_000_000_000 % 100_000): \(answer)")
                return state.model.make(call, event: event, at: clock.time)
            }
            #expect(answer == expected, "\(call)\n\(history)")
        }

        func next() -> (ViewCall, Int64) {
            state.withLock { state in
                state.events += 1
                return (ViewCall(&state.random, state.model), state.events)
            }
        }

        var history: String { state.withLock { $0.history.suffix(30).joined(separator: "\n") } }

        /// Makes a call with others between its parts.
        func makeInterrupted() async {
            turnClock()
            let (call, event) = next()
            state.withLock { ($0.interruptions, $0.refusals) = ($0.random.number(below: 4), []) }
            let interrupted = InterruptedStore(store, at: clock.time) { [self] in
                note(call, event)
                let isOver = state.withLock { state in
                    state.interruptions -= 1
                    return state.interruptions < 0
                }
                if !isOver { await makeWhole() }
                note(call, event)
            } committed: { [self] in
                // Before its step, a generation is let go that was held.
                guard case .step(let id, _, _, _, _, _) = call else { return }
                state.withLock { $0.model.letGo(id) }
            }
            let answer = await call.make(on: interrupted, event: event)
            note(call, event)
            let (expected, refusals) = state.withLock { state in
                state.history.append("\(call): \(answer)")
                let former = state.model
                let expected = state.model.make(call, event: event, at: interrupted.time.withLock(\.self))
                // A refusal may be older than what came between.
                if case .refused = answer, expected != answer { state.model = former }
                return (expected, state.refusals)
            }
            if case .refused = answer {
                #expect(expected == answer || refusals.contains(answer), "\(call) \(answer), not \(expected)\n\(history)")
            } else {
                #expect(answer == expected, "\(call)\n\(history)")
            }
        }

        /// Notes what a call would answer now.
        private func note(_ call: ViewCall, _ event: Int64) {
            state.withLock { state in
                var model = state.model
                state.refusals.append(model.make(call, event: event, at: clock.time))
            }
        }

        /// Compares all that can be read.
        func compare() async throws {
            let model = state.withLock(\.model)
            let found = try await store.generations(of: nil)
            let expected = model.all.map { generation in
                ViewGeneration(
                    id: .init(generation.id), view: "v\(generation.view)", version: 1, role: generation.isCurrent ? .current : .building,
                    checkpoint: Position(unchecked: generation.checkpoint), handled: generation.handled,
                    switchPosition: generation.switchPosition.map { Position(unchecked: $0) })
            }
            #expect(found == expected, "\(history)")
            for generation in model.all {
                let documents = try await store.documents(.all(), of: .generation(.init(generation.id))).documents
                let expected = generation.documents.sorted { $0.key < $1.key }.map { ViewDocument(key: "k\($0.key)", body: [$0.value]) }
                #expect(documents == expected, "\(generation.id)\n\(history)")
            }
            let effects = try await store.read(.stream("effects"), .forward, limit: 10_000).events.map { recorded in
                try EventValue(json: recorded.event.payload.bytes).int
            }
            #expect(effects == model.effects.map { Int($0) }, "\(history)")
        }
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func callsAnswerAsTheContractSays(_ seed: UInt64) async throws {
        let bench = Bench(seed: seed)
        for _ in 0..<200 {
            await bench.makeWhole()
            await bench.makeInterrupted()
            try await bench.compare()
        }
    }
}
