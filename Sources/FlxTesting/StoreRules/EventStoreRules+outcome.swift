import FlxCore

extension EventStoreRules {
    /// The rules about errors with a known or unknown outcome.
    static let outcome: [StoreRule] = [
        StoreRule(
            "errors.outcome", "a failed append kept nothing, or its error says that this is unknown; a retry with the same ids shows it",
            when: { $0.medium != nil }
        ) { bench in
            guard let medium = bench.features.medium else { return }
            let store = bench.store
            for way in 0..<medium.ways {
                let before = Event(type: "before")
                try await store.append([before], to: "s-\(way)")
                let events = (1...3).map { _ in Event(type: "t") }
                try await medium.failNextCommit(store, way)
                do {
                    try await store.append(events, to: "s-\(way)", expecting: .exactly(1))
                } catch let error as FlxError {
                    try await expectTrue(error, of: events, bench, way: way)
                }
                try await bench.settle(events, to: "s-\(way)")
                let survivor = bench.adding(try await medium.afterCrash(store))
                for store in [bench, survivor] {
                    let kept = try await store.all(.stream("s-\(way)")).map(\.id)
                    try expect("all events once, in way \(way)", kept, is: ([before] + events).map(\.id))
                }
            }
        }
    ]

    /// Compares an error with the content of the store, now and after a crash.
    private static func expectTrue(_ error: FlxError, of events: [Event], _ bench: StoreBench, way: Int) async throws {
        guard !error.isOutcomeUnknown, let medium = bench.features.medium else { return }
        let survivor = bench.adding(try await medium.afterCrash(bench.store))
        for (store, what) in [(bench, "the store"), (survivor, "what a crash leaves")] {
            let ids = Set(try await store.all().map(\.id))
            try expect(
                "nothing of the append in \(what), in way \(way)", !events.contains { ids.contains($0.id) },
                seen: "an event, and the error \(error)")
        }
    }
}

extension StoreBench {
    /// Appends possibly recorded events, as a caller does after an error.
    fileprivate func settle(_ events: [Event], to stream: StreamName) async throws {
        for attempt in 1...4 {
            do {
                let places = try await store.append(events, to: stream, expecting: .exactly(1)).places
                try expect("a place for each", places.count, is: events.count)
                return
            } catch let error as FlxError where attempt < 4 {
                let codes: [FlxError.Code] = [.io, .storageFull, .readOnly, .locked, .closed, .deadlineExceeded]
                try expect("an error of the medium", codes.contains(error.code), seen: "\(error)")
            }
        }
    }
}
