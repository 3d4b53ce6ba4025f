import FlxCore

extension EventStoreRules {
    /// The rules about concurrent calls.
    static let concurrency: [StoreRule] = [
        StoreRule("concurrency.one-winner", "of many appends that expect the same version, exactly one succeeds") { bench in
            for version in Int64(0)..<12 {
                let expected = ExpectedVersion.exactly(try Version(version))
                let winners = try await withThrowingTaskGroup(of: Bool.self) { group in
                    for _ in 1...8 {
                        group.addTask {
                            try await succeeds(unless: .versionConflict) {
                                try await bench.store.append([Event(type: "t")], to: "s", expecting: expected)
                            }
                        }
                    }
                    return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
                }
                try expect("one winner at version \(version)", winners, is: 1)
            }
            try expect("versions without gaps", try await bench.all().map(\.version.value), is: Array(1...12))
        },
        StoreRule("concurrency.same-ids", "of many appends of the same events at once, all get the same places and one gets new ones") {
            bench in
            for round in 1...8 {
                let events = (1...3).map { _ in Event(type: "t") }
                let results = try await withThrowingTaskGroup(of: AppendResult.self) { group in
                    for _ in 1...8 {
                        group.addTask { try await bench.store.append(events, to: "s-\(round)", expecting: .noStream) }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                try expect("one new result", results.filter { $0.places.allSatisfy(\.isNew) }.count, is: 1)
                try expect("seven known ones", results.filter { $0.places.allSatisfy { !$0.isNew } }.count, is: 7)
                try expect("the same places for all", Set(results.map { $0.places.map(\.position) }).count, is: 1)
                try expect("three events", try await bench.all(.stream("s-\(round)")).map(\.id), is: events.map(\.id))
            }
        },
        StoreRule(
            "concurrency.no-gap",
            "once a reader has seen a position, nothing ever appears at or below it; no reader sees a part of an append"
        ) { bench in
            let (writers, batches) = (6, 25)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 0..<writers {
                    var random = SeededGenerator(seed: bench.features.seed &+ UInt64(writer))
                    let sizes = (0..<batches).map { _ in random.number(in: 1...5) }
                    group.addTask { try await write(batches: sizes, as: writer, to: bench.store) }
                }
                for reader in 0..<4 {
                    let random = SeededGenerator(seed: bench.features.seed &- UInt64(reader))
                    group.addTask { try await follow(bench.store, until: writers * batches, random: random) }
                }
                try await group.waitForAll()
            }
        },
        StoreRule("concurrency.bystanders", "errors of another caller at the same time change no result of an append") { bench in
            let known = Event(type: "t")
            try await bench.store.append([known], to: "known")
            for round in 1...6 {
                let events = (0..<12).map { _ in Event(type: "t") }
                let codes = await withTaskGroup(of: FlxError.Code?.self) { group in
                    for (number, event) in events.enumerated() {
                        group.addTask {
                            await outcome { _ = try await bench.store.append([event], to: "s-\(round)-\(number)", expecting: .noStream) }
                        }
                        group.addTask {
                            await doWrong(number, known, bench)
                            return nil
                        }
                    }
                    return await group.reduce(into: []) { $0.append($1) }
                }
                try expect("no error for those who did nothing wrong", codes.allSatisfy { $0 == nil }, seen: "\(codes)")
                let kept = Set(try await bench.all(.prefix("s-\(round)-")).map(\.id))
                try expect("all of their events", kept, is: Set(events.map(\.id)))
            }
        },
        StoreRule("concurrency.order-of-writer", "events of one writer keep their order in the log, whatever others do") { bench in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 0..<4 {
                    group.addTask { try await write(batches: Array(repeating: 2, count: 20), as: writer, to: bench.store) }
                }
                try await group.waitForAll()
            }
            for writer in 0..<4 {
                let events = try await bench.all(Selection(.all, .events(tagged: Tag("writer:\(writer)"))))
                try expect("the batches of writer \(writer)", events.map { $0.event.schemaVersion }, is: (0..<40).map { $0 / 2 + 1 })
            }
        },
    ]

    /// Makes an append that must fail.
    private static func doWrong(_ number: Int, _ known: Event, _ bench: StoreBench) async {
        let (store, event, tags) = (bench.store, Event(type: "t"), (0...bench.features.limits.tags).map { Tag("n:\($0)") })
        var other = known
        other.schemaVersion += 1
        switch number % 6 {
        case 0: _ = try? await store.append([other], to: "known")
        case 1: _ = try? await store.append([event], to: "known", expecting: .exactly(99))
        case 2: _ = try? await store.append([event], to: "known", unless: Boundary(.all, after: .start))
        case 3: _ = try? await store.append([Event(type: "t", tags: tags)], to: "known")
        case 4: _ = try? await store.append([event, event], to: "known")
        default:
            await withTaskGroup(of: Void.self) { group in
                group.addTask { _ = try? await store.append([event], to: "cancelled") }
                group.cancelAll()
            }
        }
    }

    /// Appends batches, each to two streams. In each event, the partition key names the batch, the schema version is
    /// the batch's number from 1, and the length of the payload is the size of the batch.
    private static func write(batches: [Int], as writer: Int, to store: any EventStore) async throws {
        let tag = Tag("writer:\(writer)")
        for (number, size) in batches.enumerated() {
            let payload = try Payload.binary(Array(repeating: 0, count: size))
            let events = (0..<size).map { _ in
                Event(type: "t", schemaVersion: number + 1, payload: payload, tags: [tag], partitionKey: "\(writer)-\(number)")
            }
            let half = size / 2
            let writes = [StreamWrite(Array(events[..<half]), to: "w-\(writer)"), StreamWrite(Array(events[half...]), to: "shared")]
            _ = try await store.append(writes, unless: nil)
        }
    }

    /// Follows the log page by page until `batches` batches were read. After each last page, all batches must be
    /// complete.
    private static func follow(_ store: any EventStore, until batches: Int, random: SeededGenerator) async throws {
        var random = random
        var (sizes, through): ([String: Int], Position) = ([:], .start)
        var seen: [RecordedEvent] = []
        var isLast = false
        while sizes.count < batches || !isLast {
            if isLast { try await store.wait(after: through) }
            let page = try await store.read(.all, .forward(after: through), limit: random.pick([1, 2, 3, 7, 50]))
            for recorded in page.events { sizes[recorded.event.partitionKey ?? "", default: 0] += 1 }
            seen += page.events
            (through, isLast) = (page.through, page.isLast)
            guard isLast else { continue }
            let torn = seen.first { sizes[$0.event.partitionKey ?? ""] != $0.event.payload.bytes.count }
            try expect("whole batches up to \(through)", torn == nil, seen: torn.map { "a part of the batch of \($0)" } ?? "")
        }
        var again: [RecordedEvent] = []
        var page = try await store.read(.all, .forward, limit: 500)
        while true {
            again += page.events
            if page.isLast { break }
            page = try await store.read(.all, .forward(after: page.through), limit: 500)
        }
        try expect("a later read finds nothing that the follower missed", again, are: seen)
        let streams = Dictionary(grouping: seen, by: \.event.stream).values
        let isOrdered = streams.allSatisfy { zip($0, 1...).allSatisfy { $0.version.value == Int64($1) } }
        try expect("the versions of each stream follow its positions without gaps", isOrdered)
    }
}
