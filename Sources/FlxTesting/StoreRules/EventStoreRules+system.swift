import FlxCore

extension EventStoreRules {
    /// The rules about system streams: those with names that begin with `flx-`.
    static let system: [StoreRule] = [
        StoreRule("system.scope", "`.all` leaves out system streams; `.everything` has them, and so has a name or a prefix with `flx-`") {
            bench in
            let names = ["a", "flx-a", "flx", "flx-", "FLX-a", "flxa", "flx-b", "f", "flx_a", "a-flx-", "flx-a-1", "\u{FB02}x-a"]
            let writes = try names.map { StreamWrite([Event(type: "t", tags: ["x"])], to: try StreamName($0)) }
            _ = try await bench.store.append(writes, unless: nil)
            let open = names.filter { !$0.utf8.starts(with: "flx-".utf8) }
            let cases: [(Selection.Scope, [String])] = [
                (.all, open), (.everything, names), (.prefix(""), open), (.prefix("f"), open.filter { $0.utf8.starts(with: "f".utf8) }),
                (.prefix("flx"), ["flx", "flxa", "flx_a"]), (.prefix("flx-"), ["flx-a", "flx-", "flx-b", "flx-a-1"]),
                (.prefix("flx-a"), ["flx-a", "flx-a-1"]), (.prefix("FLX-"), ["FLX-a"]), (.prefix("a"), ["a", "a-flx-"]),
                (.stream("flx-a"), ["flx-a"]), (.stream("flx-"), ["flx-"]), (.stream("a"), ["a"]),
            ]
            for (scope, expected) in cases {
                for query in [Query.all, .events("t"), .events(tagged: "x")] {
                    for limit in [1, 2, 1000] {
                        let selection = Selection(scope, query)
                        let found = try await bench.all(selection, by: limit).compactMap(\.event.stream?.description)
                        try expect("\(selection) in pages of \(limit)", found, is: expected)
                        let back = try await bench.all(selection, .backward, by: limit).compactMap(\.event.stream?.description)
                        try expect("\(selection) in pages of \(limit), backward", back, is: expected.reversed())
                    }
                }
            }
        },
        StoreRule("system.query", "types, tags and times find events of system streams only in a scope that has these streams") { bench in
            var factory = bench.factory
            let streams: [StreamName] = ["s", "flx-s", "t", "flx-t"]
            let events = factory.events(60).map { event in
                var event = event
                event.stream = factory.random.pick(streams)
                return event
            }
            _ = try await bench.store.append(events.map { StreamWrite([$0], to: $0.stream ?? "s") }, unless: nil)
            let log = try await bench.all()
            for _ in 1...60 {
                let (query, limit) = (factory.query(), factory.random.pick([1, 3, 100]))
                let since = factory.random.once(in: 3) ? factory.time() : nil
                let fitting = log.filter(Selection(.everything, query, since: since).matches)
                for scope in [Selection.Scope.all, .everything, .prefix("flx-"), .prefix("fl"), .stream("flx-t")] {
                    let selection = Selection(scope, query, since: since)
                    let expected = fitting.filter { recorded in
                        let stream = recorded.event.stream ?? "s"
                        return switch scope {
                        case .everything: true
                        case .all: ["s", "t"].contains(stream)
                        case .stream: stream == "flx-t"
                        case .prefix(let text): text == "flx-" && ["flx-s", "flx-t"].contains(stream)
                        }
                    }
                    try expect("\(selection) in pages of \(limit)", try await bench.all(selection, by: limit), are: expected)
                    let back = try await bench.all(selection, .backward, by: limit)
                    try expect("\(selection) in pages of \(limit), backward", back, are: expected.reversed())
                }
            }
        },
        StoreRule("system.through", "a page passes over events of system streams as over others that are not selected") { bench in
            try await bench.store.append([Event(type: "t"), Event(type: "t")], to: "s")
            let last = try await bench.store.append((1...7).map { _ in Event(type: "t") }, to: "flx-s").places[6].position
            let page = try await bench.store.read(.all, .forward, limit: 100)
            try expect("a read that looked at all", page.isLast ? page.through : last, is: last)
            var (through, pages) = (Position.start, 0)
            while through < last, pages <= 10 {
                through = try await bench.store.read(.all, .forward(after: through), limit: 5).through
                pages += 1
            }
            try expect("the end, page by page", through, is: last)
            let next = try await bench.store.append([Event(type: "t")], to: "s").places[0].position
            let more = try await bench.store.read(.all, .forward(after: through), limit: 5)
            try expect("what came after it", more.events.map(\.position), is: [next])
        },
        StoreRule("system.boundary", "events of system streams break a boundary only if its scope has these streams") { bench in
            let first = try await bench.store.append([Event(type: "a", tags: ["x"])], to: "s").places[0].position
            let system = try await bench.store.append([Event(type: "a", tags: ["x"])], to: "flx-s").places[0].position
            let queries: [Query] = [
                .all, .events("a"), .events(tagged: "x"), .events("a", tagged: "x"), .events("b").or(.events("a", "c", tagged: "x")),
            ]
            let without: [Selection.Scope] = [
                .all, .prefix(""), .prefix("flx"), .prefix("s"), .stream("s"), .stream("flx-t"), .prefix("flx-t"),
            ]
            let with: [Selection.Scope] = [.everything, .stream("flx-s"), .prefix("flx-")]
            func holds(_ boundary: Boundary) async throws -> Bool {
                try await succeeds(unless: .boundaryConflict) { try await bench.store.append([], unless: boundary) }
            }
            for query in queries {
                for scope in without {
                    try expect("\(query) in \(scope) holds", try await holds(Boundary(query, in: scope, after: first)))
                    let hasFirst = ![.stream("flx-t"), .prefix("flx"), .prefix("flx-t")].contains(scope)
                    let isHeld = try await holds(Boundary(query, in: scope, after: .start))
                    try expect("\(query) in \(scope) from the start holds: \(!hasFirst)", isHeld, is: !hasFirst)
                }
                for scope in with {
                    try expect("\(query) in \(scope) is broken", try await !holds(Boundary(query, in: scope, after: first)))
                    try expect("\(query) in \(scope) holds after it", try await holds(Boundary(query, in: scope, after: system)))
                }
                try expect("a query without a scope leaves them out", try await holds(Boundary(query, after: first)))
            }
            // Behind events that do not count there may be one that does.
            try await bench.store.append([Event(type: "a", tags: ["x"])], to: "s-2")
            for query in queries {
                for scope in [Selection.Scope.all, .everything, .prefix("s")] {
                    try expect("\(query) in \(scope) is broken behind it", try await !holds(Boundary(query, in: scope, after: first)))
                }
                try expect("\(query) in another stream", try await holds(Boundary(query, in: .stream("s"), after: first)))
            }
        },
        StoreRule("system.directory", "the look-up by id, the directory and the statistics find system streams") { bench in
            let event = Event(type: "system.only")
            try await bench.store.append([event], to: "flx-s")
            try await bench.store.append([Event(type: "t")], to: "s")
            try expect("the event by its id", try await bench.store.event(event.id)?.event.stream, is: "flx-s")
            for (prefix, names) in [("", ["flx-s", "s"]), ("f", ["flx-s"]), ("flx-", ["flx-s"]), ("s", ["s"])] {
                let found = try await bench.store.streams(prefix: prefix, after: nil, limit: 9).map(\.name.description)
                try expect("the streams that begin with '\(prefix)'", found, is: names)
            }
            try expect("the types", try await bench.store.types().map(\.type), is: ["system.only", "t"])
            let figures = try await bench.store.statistics()
            try expect("the numbers of events, streams and types", [figures.events, figures.streams, figures.types], is: [2, 2, 2])
        },
    ]
}
