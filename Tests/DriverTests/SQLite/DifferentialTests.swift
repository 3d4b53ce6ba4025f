import FlxCore
import FlxEvents
import FlxSQLite
@testable import FlxTesting
import Testing

/// The same calls, drawn by lot, on the store in memory and on the one in a file: both give the same answers.
@Suite struct DifferentialTests {
    /// A call, with what it is told to be; it answers with a text of all that came out.
    fileprivate struct Call: Sendable {
        let words: String
        let make: @Sendable (any StateStore) async throws -> String

        init(_ words: String, _ make: @escaping @Sendable (any StateStore) async throws -> String) {
            (self.words, self.make) = (words, make)
        }

        func answer(_ store: any StateStore) async -> ExactText {
            do {
                return ExactText(try await make(store))
            } catch let error as FlxError {
                return ExactText("\(error.code) \(error.actualVersion as Any) \(error.isOutcomeUnknown)")
            } catch {
                return ExactText("\(error)")
            }
        }
    }

    @Test(arguments: 1...4) func bothStoresAnswerAlike(_ round: Int) async throws {
        let (seed, clock, folder) = (SeededGenerator.freshSeed(), ManualClock(), try Folder())
        var lots = Lots(factory: EventFactory(seed: seed))
        lots.factory.streams += ["flx-1", "flx-order"]
        var configuration = SQLiteConfiguration(path: folder.store)
        configuration.clock = clock.events
        let memory = MemoryEventStore(clock: clock.events)
        try await withSQLiteEventStore(configuration) { file in
            for number in 1...300 {
                clock.advance(by: .seconds(lots.random.number(in: 0...3)))
                let call = lots.call(try await memory.generations(of: nil), last: try await memory.lastPosition())
                let (expected, found) = (await call.answer(memory), await call.answer(file))
                try #require(expected == found, "seed \(seed), call \(number), \(call.words):\n\(expected)\n\(found)")
            }
            let faults = try await file.verify { _, _ in }.faults.filter { !$0.message.contains("beyond the last event") }
            #expect(faults.isEmpty, "seed \(seed)")
        }
    }

    /// What calls are made of, few of each kind, so that they meet.
    fileprivate struct Lots {
        var factory: EventFactory
        var known: [Event] = []
        var random: SeededGenerator {
            get { factory.random }
            set { factory.random = newValue }
        }

        private static let names = ["a", "b", "ab", "caf\u{E9}", "cafe\u{301}", "\u{10FFFD}", "a b"]

        private static let badNames = ["", "a\nb", String(repeating: "n", count: 513)]

        mutating func name() -> String { random.pick(random.once(in: 30) ? Self.badNames : Self.names) }
        mutating func prefix() -> String { random.pick(["", "a", "caf", "cafe", "z", "\u{0}"]) }
        mutating func limit() -> Int { random.pick([1, 2, 3, 100, .max, random.once(in: 10) ? 0 : 5]) }

        mutating func position(_ last: Position) -> Position {
            let near = Position(unchecked: max(0, last.value + Int64(random.number(in: -3...3))))
            return random.pick([near, near, near, .start, .end, last, Position(unchecked: Int64(random.number(in: 0...20)))])
        }

        mutating func boundary(_ last: Position) -> Boundary {
            Boundary(factory.query(), in: factory.selection().scope, after: position(last))
        }

        mutating func writes() -> [StreamWrite] {
            (0..<random.pick([0, 1, 1, 2])).map { _ in
                var events = factory.events(random.pick([0, 1, 1, 3]))
                if random.once(in: 3), !known.isEmpty { events.append(random.pick(known)) }
                known += events.prefix(2)
                let version = Version(unchecked: Int64(random.number(in: 0...4)))
                let expected: ExpectedVersion = random.pick([.any, .any, .any, .noStream, .exists, .exactly(version)])
                return StreamWrite(events, to: random.pick(factory.streams), expecting: expected)
            }
        }

        mutating func call(_ generations: [ViewGeneration], last: Position) -> Call {
            switch random.number(below: 11) {
            case 0, 1: log(last)
            case 2: directory()
            case 3: snapshots(last)
            case 4: lease(last)
            case 5: documents(generations)
            case 6: records()
            case 7, 8: change()
            default: views(generations, last)
            }
        }
    }
}

extension DifferentialTests.Lots {
    private mutating func log(_ last: Position) -> DifferentialTests.Call {
        if random.once(in: 2) {
            let (writes, boundary) = (writes(), random.once(in: 3) ? boundary(last) : nil)
            return .init("append \(writes) \(boundary as Any)") { "\(try await $0.append(writes, unless: boundary).places)" }
        }
        let (selection, place, limit, isForward) = (factory.selection(), position(last), limit(), random.once(in: 2))
        return .init("read \(selection) \(place) \(limit) \(isForward)") { store in
            var (next, events) = (isForward ? ReadDirection.forward(after: place) : .backward(before: place), [RecordedEvent]())
            while true {
                let page = try await store.read(selection, next, limit: limit)
                events += page.events
                guard !page.isLast else { return events.map(Self.text).joined(separator: "\n") + "through \(page.through)" }
                next = isForward ? .forward(after: page.through) : .backward(before: page.through)
            }
        }
    }

    private static func text(_ recorded: RecordedEvent) -> String {
        "\(recorded.position) \(recorded.version) \(recorded.recordedTime) "
            + String(decoding: CloudEventsJSON.encode(recorded.event), as: UTF8.self)
    }

    private mutating func directory() -> DifferentialTests.Call {
        let (prefix, after, limit) = (factory.prefix(), random.once(in: 2) ? random.pick(factory.streams) : nil, limit())
        let id = random.once(in: 2) ? factory.id() : known.last?.id ?? factory.id()
        switch random.number(below: 4) {
        case 0: return .init("types") { "\(try await $0.types())" }
        case 1: return .init("event \(id)") { try await $0.event(id).map(Self.text) ?? "none" }
        case 2:
            return .init("statistics") { store in
                let all = try await store.statistics()
                return "\(all.events) \(all.streams) \(all.types) \(all.lastPosition)"
            }
        default:
            return .init("streams \(prefix) \(after as Any) \(limit)") {
                "\(try await $0.streams(prefix: prefix, after: after, limit: limit))"
            }
        }
    }

    private mutating func snapshots(_ last: Position) -> DifferentialTests.Call {
        let (name, prefix, limit) = (name(), prefix(), limit())
        let after = random.once(in: 2) ? self.name() : nil
        let snapshot = Snapshot(
            name: name, position: random.once(in: 2) ? .start : Position(unchecked: min(last.value, 9)), version: .none,
            fingerprint: random.next(), reducer: random.pick([1, -1, .max, .min]), time: factory.time(), state: [1, 2])
        switch random.number(below: 6) {
        case 0: return .init("drop \(prefix)") { "\(try await $0.dropSnapshots(prefix: prefix))" }
        case 1: return .init("snapshot \(name)") { "\(try await $0.snapshot(name) as Any)" }
        case 2:
            return .init("snapshots \(prefix) \(after as Any) \(limit)") {
                "\(try await $0.snapshots(prefix: prefix, after: after, limit: limit))"
            }
        default:
            return .init("save \(name)") {
                try await $0.save(snapshot)
                return "saved"
            }
        }
    }

    private mutating func lease(_ last: Position) -> DifferentialTests.Call {
        let (name, owner, seconds) = (name(), random.pick(["me", "you"]), random.pick([1, 5, 60, 0, Int.max]))
        let lease = Lease(name: name, owner: owner, token: Int64(random.number(in: 1...4)), expires: factory.time())
        let (place, writes) = (random.once(in: 4) ? nil : position(last), writes())
        switch random.number(below: 8) {
        case 0: return .init("acquire") { "\(try await $0.acquireLease(name, owner: owner, for: .seconds(seconds)) as Any)" }
        case 1: return .init("renew") { "\(try await $0.renewLease(lease, for: .seconds(seconds)))" }
        case 2: return .init("renew many") { "\(try await $0.renewLeases([lease, lease], for: .seconds(seconds)))" }
        case 3:
            return .init("release") {
                try await $0.releaseLease(lease)
                return "released"
            }
        case 4:
            return .init("checkpoint under a lease") {
                try await $0.setCheckpoint(name, to: place, under: lease)
                return "saved"
            }
        case 5: return .init("append under a lease") { "\(try await $0.append(writes, unless: nil, under: lease).places)" }
        case 6: return .init("checkpoint \(name)") { "\(try await $0.checkpoint(name) as Any)" }
        default:
            return .init("save the checkpoint \(name)") {
                try await $0.setCheckpoint(name, to: place)
                return "saved"
            }
        }
    }

    private mutating func views(_ generations: [ViewGeneration], _ last: Position) -> DifferentialTests.Call {
        let name = name()
        if generations.isEmpty || random.once(in: 6) {
            let version = random.number(in: 0...3)
            return .init("begin \(name)") {
                "\(try await $0.beginGeneration(of: name, version: version)) \(try await $0.generations(of: nil))"
            }
        }
        let generation = random.pick(generations)
        let id = random.once(in: 10) ? ViewGeneration.ID(Int64(random.number(in: 0...9))) : generation.id
        switch random.number(below: 9) {
        case 0:
            return .init("drop \(id)") {
                try await $0.dropGeneration(id)
                return "\(try await $0.generations(of: nil))"
            }
        case 1: return .init("hold \(id)") { "\(try await $0.holdForSwitch(to: id)) \(try await $0.generations(of: name))" }
        case 2:
            return .init("switch \(id)") {
                try await $0.switchView(to: id)
                return "\(try await $0.generations(of: nil))"
            }
        default:
            let after = random.once(in: 8) ? position(last) : generation.checkpoint
            let near = Position(unchecked: after.value.addingClamped(Int64(random.number(in: 0...3))))
            let through = random.once(in: 12) ? position(last) : near
            let changes = (0..<random.number(in: 0...4)).map { _ in documentChange() }
            let step = ViewStep(
                of: id, after: after, through: through, handled: Int64(random.pick([0, 1, 2, -1, .max, .max - 1])), changes: changes,
                events: random.once(in: 6) ? writes() : [])
            return .init("step \(step)") { "\(try await $0.commit(step).places) \(try await $0.generations(of: nil))" }
        }
    }

    private mutating func documentChange() -> ViewStep.Change {
        let key = name()
        guard !random.once(in: 4) else { return .remove(key) }
        return .put(ViewDocument(key: key, body: [UInt8(random.number(in: 0...255))], entries: entries()))
    }

    private mutating func entries() -> [StateEntry] {
        (0..<random.number(in: 0...3)).map { _ in
            random.once(in: 2)
                ? StateEntry(random.pick(["n", "m"]), Int64(random.pick([.min, -1, 0, 1, 2, .max])))
                : StateEntry(random.pick(["n", "m"]), random.pick(["", "a", "\u{0}", "caf\u{E9}", "cafe\u{301}", "\u{10FFFD}"]))
        }
    }

    private mutating func value() -> StateEntry.Value? {
        random.pick([nil, .number(0), .number(.min), .number(1), .text(""), .text("a"), .text("cafe\u{301}")])
    }

    private mutating func documents(_ generations: [ViewGeneration]) -> DifferentialTests.Call {
        let source: ViewSource = random.once(in: 2) || generations.isEmpty ? .view(name()) : .generation(random.pick(generations).id)
        guard !random.once(in: 4) else {
            let keys = (0..<random.number(in: 0...3)).map { _ in name() }
            return .init("documents \(keys)") { "\(try await $0.documents(keys, of: source))" }
        }
        let (first, end) = (value(), value())
        let cursor = random.once(in: 3) ? ViewQuery.Cursor(value: value(), key: name()) : nil
        let query: ViewQuery = random.once(in: 2)
            ? .all(after: cursor, limit: limit()) : .index("n", from: first, through: end, after: cursor, limit: limit())
        return .init("\(query)") { store in
            var (query, text) = (query, "")
            for _ in 0..<30 {
                let page = try await store.documents(query, of: source)
                text += "\(page)\n"
                guard let next = page.next else { break }
                query.after = next
            }
            return text
        }
    }
}

extension DifferentialTests.Lots {
    private mutating func stateSpace() -> StateSpace { StateSpace(random.pick(["a", "b"]), random.once(in: 3) ? .volatile : .durable) }
    private mutating func stateKey() -> StateKey { StateKey(name(), in: stateSpace()) }

    private mutating func change() -> DifferentialTests.Call {
        let edits: [StateEdit] = (0..<random.number(in: 0...4)).map { _ in
            switch random.number(below: 9) {
            case 0: .removeAll(stateSpace())
            case 1, 2: .remove(stateKey())
            default:
                .put(StateRecord(
                    stateKey(), number: random.pick([0, 1, .min, .max]), body: [UInt8(random.number(in: 0...255))], entries: entries()))
            }
        }
        let guards: [StateGuard] = (0..<random.pick([0, 0, 1, 2])).map { _ in
            random.once(in: 2) ? .absent(stateKey()) : .number(stateKey(), equals: random.pick([0, 1, .min]))
        }
        let (key, writes) = (stateKey(), random.once(in: 3) ? writes() : [])
        return .init("commit \(writes) if \(guards) \(edits)") { store in
            // Revisions differ between stores; that one of them still holds does not.
            let revision = try? await store.state(key)?.revision
            let places = try await store.commit(StoreChange(writes, if: guards, edits)).places
            guard let revision else { return "\(places)" }
            let isSame = (try? await store.commit(StoreChange(if: [.revision(key, revision)], []))) != nil
            return "\(places) \(isSame)"
        }
    }

    private mutating func records() -> DifferentialTests.Call {
        let prefix = random.pick(["", "a", "caf", "cafe", "z"])
        let cursor = random.once(in: 3) ? StateQuery.Cursor(value: value(), name: name()) : nil
        var query = random.once(in: 2)
            ? StateQuery(stateSpace(), prefix: prefix, after: cursor, limit: limit())
            : StateQuery(stateSpace(), by: .init("n", from: value(), through: value()), after: cursor, limit: limit())
        query.isReversed = random.once(in: 2)
        query.omitsBodies = random.once(in: 3)
        query.keys = (0..<random.pick([0, 0, 2])).map { _ in stateKey() }
        return .init("\(query)") { [query] store in
            var (query, text) = (query, "")
            for _ in 0..<30 {
                let page = try await store.state(query)
                text += "\(page.records.map(Self.text)) \(page.beside.map { $0.map(Self.text) ?? "none" })\n"
                guard let next = page.next else { break }
                query.after = next
            }
            return text
        }
    }

    private static func text(_ record: StateRecord) -> String {
        "\(record.key.name) \(record.number) \(record.body) \(record.entries)"
    }
}
