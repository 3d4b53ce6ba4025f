import FlxCore

extension EventStoreRules {
    /// The rules about finding events by id.
    static let lookup: [StoreRule] = [
        StoreRule("lookup.id", "an event is found by its id, byte for byte, and nothing by one that is not recorded") { bench in
            let store = bench.store
            var factory = bench.factory
            try expect("nothing in an empty store", try await store.event(factory.id()), is: nil)
            for _ in 1...40 {
                let event = factory.event()
                try await bench.store.append([event], to: event.stream ?? "s")
            }
            for recorded in try await bench.all() {
                try expect("the event \(recorded.id)", try await store.event(recorded.id), is: recorded)
                // The same letters in capitals are another id.
                let other = try EventID(recorded.id.description.uppercased())
                if other != recorded.id { try expect("nothing by \(other)", try await store.event(other), is: nil) }
                try expect("nothing by an id that is not recorded", try await store.event(factory.id()), is: nil)
            }
        },
    ]
}
