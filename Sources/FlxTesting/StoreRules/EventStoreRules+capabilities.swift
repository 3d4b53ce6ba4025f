import FlxCore
import FlxEvents

extension EventStoreRules {
    /// The rules about checkpoints, the directory, statistics and verification.
    static let capabilities: [StoreRule] = [
        StoreRule("checkpoints.kept", "a checkpoint is the last saved position, forward or back, for each name", needs: .state) { bench in
            let store = try bench.stateStore
            let names = ["reader", "Reader", "reader ", "é", "e\u{301}", "a'b", "%", String(repeating: "n", count: 256)]
            for name in names { try expect("nothing for '\(name)'", try await store.checkpoint(name), is: nil) }
            for (index, name) in names.enumerated() { try await store.setCheckpoint(name, to: try Position(Int64(index))) }
            for (index, name) in names.enumerated() {
                try expect("the checkpoint of '\(name)'", try await store.checkpoint(name), is: try Position(Int64(index)))
            }
            for position in [Position(integerLiteral: 9), 3, .end, .start] {
                try await store.setCheckpoint("reader", to: position)
                try expect("the checkpoint", try await store.checkpoint("reader"), is: position)
            }
            try await store.setCheckpoint("reader", to: nil)
            try await store.setCheckpoint("never saved", to: nil)
            try expect("nothing after it was forgotten", try await store.checkpoint("reader"), is: nil)
            try expect("the others", try await store.checkpoint("Reader"), is: 1)
        },
        StoreRule("checkpoints.names", "a name that is not 1 to 256 printable bytes is refused", needs: .state) { bench in
            let store = try bench.stateStore
            for name in ["", "a\u{0}b", "a\nb", "\u{7F}", String(repeating: "n", count: 257)] {
                try await expect(.invalidValue, or: .limitExceeded, from: "a checkpoint of a bad name") {
                    try await store.setCheckpoint(name, to: 1)
                }
            }
        },
        StoreRule("directory.streams", "streams are listed in the byte order of their names, by prefix and in pages") { bench in
            let store = bench.store
            try expect("no streams in an empty store", try await store.streams(prefix: "", after: nil, limit: 10), is: [])
            var factory = bench.factory
            for _ in 1...60 {
                let event = factory.event()
                try await bench.store.append([event], to: event.stream ?? "s")
            }
            let groups = Dictionary(grouping: try await bench.all()) { $0.event.stream ?? "s" }
            let expected = groups.sorted { $0.key < $1.key }.map { name, events in
                StreamSummary(name: name, events: Int64(events.count), lastPosition: events[events.count - 1].position)
            }
            try expect("all streams", try await store.streams(prefix: "", after: nil, limit: 1000), is: expected)
            for prefix in ["order", "order-1", "o", "日", "ø", "x", "order-\u{10FFFD}"] {
                let found = expected.filter { $0.name.description.utf8.starts(with: prefix.utf8) }
                for limit in [1, 2, 1000] {
                    var (listed, after): ([StreamSummary], StreamName?) = ([], nil)
                    while true {
                        let page = try await store.streams(prefix: prefix, after: after, limit: limit)
                        try expect("at most \(limit) streams", page.count <= limit)
                        guard let last = page.last else { break }
                        listed += page
                        after = last.name
                        try expect("streams that come to an end", listed.count <= expected.count)
                    }
                    try expect("the streams that begin with '\(prefix)' in pages of \(limit)", listed, is: found)
                }
            }
        },
        StoreRule("directory.types", "types are listed in the byte order of their names, each with its count") { bench in
            let store = bench.store
            try expect("no types in an empty store", try await store.types(), is: [])
            var factory = bench.factory
            let events = factory.events(60)
            try await bench.store.append(events, to: "s")
            let counts = Dictionary(grouping: events, by: \.type).sorted { $0.key < $1.key }
            try expect("the types", try await store.types(), is: counts.map { TypeSummary(type: $0.key, events: Int64($0.value.count)) })
        },
        StoreRule("statistics.counts", "the statistics count events, streams and types, and know the last position") { bench in
            let store = bench.store
            var factory = bench.factory
            for round in 0...3 {
                let log = try await bench.all()
                let figures = try await store.statistics()
                try expect("the events", figures.events, is: Int64(log.count))
                try expect("the streams", figures.streams, is: Int64(Set(log.map(\.event.stream)).count))
                try expect("the types", figures.types, is: Int64(Set(log.map(\.event.type)).count))
                try expect("the last position", figures.lastPosition, is: log.last?.position ?? .start)
                try expect("bytes of 0 or more", figures.bytes >= 0, seen: "\(figures.bytes)")
                let events = factory.events(10)
                for _ in 1...2 { try await bench.store.append(events, to: "s-\(round)") }
            }
        },
        StoreRule(
            "verify.sound", "a verification reads every event, reports its progress, and finds no fault in a sound store",
            needs: .verification
        ) {
            bench in
            let store = try cast(bench.store, to: (any VerifiableStore).self)
            try expect("no fault in an empty store", try await store.verify { _, _ in }, is: VerificationReport(events: 0, faults: []))
            var factory = bench.factory
            for _ in 1...30 {
                let event = factory.event()
                try await bench.store.append([event] + factory.events(4), to: event.stream ?? "s")
            }
            try expect("no fault", try await store.verify { _, _ in }, is: VerificationReport(events: 150, faults: []))
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for _ in 1...40 { try await bench.store.append([Event(type: "t")], to: "s") }
                }
                group.addTask {
                    let steps = Log<Int64>()
                    let report = try await store.verify { done, total in steps.add(done <= total ? done : .max) }
                    try expect("progress that rises to the end", steps.entries == steps.entries.sorted() && steps.entries.last != .max)
                    try expect("no fault while others append", report.faults, is: [])
                    try expect("all that was there", report.events >= 150, seen: "\(report.events)")
                }
                try await group.waitForAll()
            }
        },
        StoreRule("verify.cancelled", "a verification ends as cancelled when its task is cancelled", needs: .verification) { bench in
            let store = try cast(bench.store, to: (any VerifiableStore).self)
            var factory = bench.factory
            try await bench.store.append(factory.events(30), to: "s")
            let code = await withTaskGroup(of: FlxError.Code?.self) { group in
                group.cancelAll()
                group.addTask { await outcome { _ = try await store.verify { _, _ in } } }
                return await group.next() ?? nil
            }
            try expect("the error", code, is: .cancelled)
            try expect("no fault afterwards", try await store.verify { _, _ in }, is: VerificationReport(events: 30, faults: []))
        },
        StoreRule("close.capabilities", "after the end the calls of the capabilities fail as closed too") { bench in
            await bench.store.close()
            let capabilities = bench.features.capabilities
            if capabilities.contains(.state) {
                let store = try bench.stateStore
                try await expect(.closed, from: "a checkpoint") { try await store.checkpoint("a") }
                try await expect(.closed, from: "saving a checkpoint") { try await store.setCheckpoint("a", to: 1) }
                try await expect(.closed, from: "a lease") { try await store.acquireLease("a", owner: "b", for: .seconds(1)) }
            }
            try await expect(.closed, from: "an event by its id") { try await bench.store.event(EventID("a")) }
            try await expect(.closed, from: "the streams") { try await bench.store.streams(prefix: "", after: nil, limit: 1) }
            try await expect(.closed, from: "the types") { try await bench.store.types() }
            try await expect(.closed, from: "the statistics") { try await bench.store.statistics() }
            if capabilities.contains(.verification) {
                let store = try cast(bench.store, to: (any VerifiableStore).self)
                try await expect(.closed, from: "a verification") { try await store.verify { _, _ in } }
            }
        },
    ]

    static func cast<Capability>(_ store: any EventStore, to capability: Capability.Type) throws -> Capability {
        guard let store = store as? Capability else {
            throw Mismatch(expected: "a store that is \(capability), as its features say", seen: "\(type(of: store))")
        }
        return store
    }
}
