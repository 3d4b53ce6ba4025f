import FlxCore

extension EventStoreRules {
    /// The rules about limits and invalid values: the store refuses them and keeps nothing.
    static let limits: [StoreRule] = [
        StoreRule("limits.append", "an append beyond a limit of the store is refused with the limit in words, and nothing is kept") {
            bench in
            let limits = bench.features.limits
            let (huge, large) = (payload(limits.eventBytes), payload(limits.eventBytes - 512))
            func refuse(_ what: String, _ events: [Event]) async throws {
                try await expect(.limitExceeded, from: what) { try await bench.store.append([Event(type: "t")] + events, to: "s") }
                try expect("nothing kept after \(what)", try await bench.store.lastPosition(), is: .start)
            }
            try await refuse("an event of too many bytes", [Event(type: "t", payload: huge)])
            try await refuse("too many tags", [Event(type: "t", tags: (0...limits.tags).map { Tag("tag-\($0)") })])
            let names = try (0...limits.extensions).map { (try ExtensionName("x\($0)"), ExtensionValue.bool(true)) }
            try await refuse("too many extensions", [Event(type: "t", extensions: Dictionary(uniqueKeysWithValues: names))])
            try await refuse("too many events", (0..<limits.appendEvents).map { _ in Event(type: "t") })
            try await expect(.limitExceeded, from: "too many writes without events") {
                try await bench.store.append((0...limits.appendEvents).map { StreamWrite([], to: StreamName("s-\($0)")) }, unless: nil)
            }
            let terms = (0..<limits.boundaryTerms).map { Tag("tag-\($0)") }
            try await expect(.limitExceeded, from: "too large a boundary") {
                let boundary = Boundary(Query(criteria: [.init(tags: terms)]), after: .start)
                return try await bench.store.append([Event(type: "t")], to: "s", unless: boundary)
            }
            let count = limits.appendBytes / (limits.eventBytes - 512) + 1
            if count < limits.appendEvents {
                try await refuse("too many bytes in one append", (0..<count).map { _ in Event(type: "t", payload: large) })
            }
        },
        StoreRule("limits.full", "values at the limits are accepted") { bench in
            let limits = bench.features.limits
            let tags = (0..<limits.tags).map { Tag("tag-\($0)") }
            let names = try (0..<limits.extensions).map { (try ExtensionName("x\($0)"), ExtensionValue.bool(true)) }
            let rich = Event(type: "t", tags: tags, extensions: Dictionary(uniqueKeysWithValues: names))
            let large = Event(type: "t", payload: payload(limits.eventBytes - 512))
            try await bench.store.append([rich, large], to: "s")
            try expect("the events", try await bench.all(.stream("s")).map(\.id), is: [rich.id, large.id])
            let terms = (1..<limits.boundaryTerms).map { Tag("term-\($0)") }
            for criteria in [[Query.Criterion(tags: terms)], terms[..<(terms.count / 2)].map { Query.Criterion(tags: [$0]) }] {
                let last = try await bench.store.append([Event(type: "t")], to: "s").places[0].position
                _ = try await bench.store.append([], unless: Boundary(Query(criteria: criteria), after: last))
                _ = try await bench.store.append([], unless: Boundary(Query(criteria: criteria), after: .start))
            }
            let many = (0..<limits.appendEvents).map { _ in Event(type: "t") }
            try await bench.store.append(many, to: "many")
            try expect("as many events as one append may bring", try await bench.all(.stream("many")).map(\.id), is: many.map(\.id))
        },
        StoreRule("limits.values", "events that break a rule, and repeated ids in one call, are refused") { bench in
            let event = Event(type: "t")
            let calls: [(String, [StreamWrite])] = [
                ("a schema version of 0", [StreamWrite([Event(type: "t", schemaVersion: 0)], to: "s")]),
                ("an empty source", [StreamWrite([Event(type: "t", source: "")], to: "s")]),
                ("an id twice", [StreamWrite([event, event], to: "s")]),
                ("an id twice, in two streams", [StreamWrite([event], to: "s"), StreamWrite([event], to: "t")]),
                ("an id twice, in two writes to a stream", [StreamWrite([event], to: "s"), StreamWrite([event], to: "s")]),
            ]
            for (what, writes) in calls {
                try await expect(.invalidValue, from: what) { try await bench.store.append(writes, unless: nil) }
                try expect("nothing kept after \(what)", try await bench.store.lastPosition(), is: .start)
            }
        },
        StoreRule("limits.page-bytes", "a page ends before it holds more bytes than the limit, and holds one event at least") { bench in
            let limits = bench.features.limits
            let size = limits.eventBytes - 512
            let fitting = max(1, limits.pageBytes / size)
            let events = (0..<fitting + 2).map { _ in Event(type: "t", payload: payload(size)) }
            for event in events { try await bench.store.append([event], to: "s") }
            let page = try await bench.store.read(.all, .forward, limit: 1000)
            try expect("1 to \(fitting) events on a page", (1...fitting).contains(page.events.count), seen: "\(page.events.count)")
            try expect("a page that is not the last", !page.isLast)
            try expect("all in pages", try await bench.all().map(\.id), is: events.map(\.id))
            try expect("all in pages, backward", try await bench.all(.all, .backward).map(\.id), is: events.reversed().map(\.id))
        },
    ]

    private static func payload(_ size: Int) -> Payload {
        Payload(unchecked: Array(repeating: 0x61, count: size), form: .text, contentType: "text/plain")
    }
}
