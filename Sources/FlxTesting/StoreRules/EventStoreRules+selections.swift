import FlxCore

extension EventStoreRules {
    /// The rules about selections, compared with the oracle ``Selection/matches(_:)``.
    static let selections: [StoreRule] = [
        StoreRule("select.mixes", "every mix of streams, types, tags and times finds its events, forward and backward, in any pages")
        {
            bench in
            var factory = bench.factory
            factory.streams += ["flx-order", "flx-1"]
            for _ in 1...12 {
                let events = Dictionary(grouping: factory.events(10)) { $0.stream ?? "s" }
                _ = try await bench.store.append(events.map { StreamWrite($0.value, to: $0.key) }, unless: nil)
            }
            let log = try await bench.all()
            for _ in 1...120 {
                let selection = factory.selection()
                let start = factory.random.once(in: 2) ? .start : factory.random.pick(log).position
                let end = factory.random.once(in: 2) ? .end : factory.random.pick(log).position
                let limit = factory.random.pick([1, 2, 3, 5, 8, 40, 1000])
                let found = try await bench.all(selection, .forward(after: start), by: limit)
                let expected = log.filter { $0.position > start && selection.matches($0) }
                try expect("\(selection) after \(start) in pages of \(limit)", found, are: expected)
                let back = try await bench.all(selection, .backward(before: end), by: limit)
                let backward = log.reversed().filter { $0.position < end && selection.matches($0) }
                try expect("\(selection) before \(end) in pages of \(limit)", back, are: backward)
            }
        },
        StoreRule("select.prefix", "a prefix is compared byte for byte, and may end anywhere in a name") { bench in
            let names = [
                "a", "a-", "a-1", "a-10", "a-2", "a\u{301}", "a\u{7E}", "a\u{FF}", "a\u{10FFFD}", "a\u{10FFFD}b", "á", "b", "A", "a%b",
                "a_b",
                "a*b", "a[b", "a\\b", "a'b", "Ā", String(repeating: "a", count: 256),
            ]
            for name in names { try await bench.store.append([Event(type: "t")], to: try StreamName(name)) }
            let prefixes = names + ["", "a\u{10FFFF}bc", "a%", "a_", "a*", "a[", "a'", "\u{10FFFF}", "aa", "zz", "\u{0}"]
            for prefix in prefixes {
                let found = try await bench.all(.prefix(prefix)).compactMap(\.event.stream?.description)
                let expected = names.filter { $0.utf8.starts(with: prefix.utf8) }
                try expect("the streams that begin with '\(prefix)'", found.map { Array($0.utf8) }, is: expected.map { Array($0.utf8) })
            }
        },
        StoreRule("select.names", "streams, types and tags are compared byte for byte: look-alikes are different") { bench in
            let spellings = ["é", "e\u{301}", "E", "e", "e ", "ﬁ", "fi", "Å", "\u{212B}", "\u{1E69}", "s\u{323}\u{307}", "s\u{307}\u{323}"]
            for text in spellings {
                let event = Event(type: try EventType(text), tags: [try Tag(text)])
                let place = try await bench.store.append([event], to: try StreamName(text), expecting: .noStream).places[0]
                try expect("the first event of the stream '\(text)'", place.version, is: 1)
            }
            let log = try await bench.all()
            for (text, recorded) in zip(spellings, log) {
                try expect("the stream '\(text)'", try await bench.all(.stream(try StreamName(text))), are: [recorded])
                try expect("the type '\(text)'", try await bench.all(.types(try EventType(text))), are: [recorded])
                try expect("the tag '\(text)'", try await bench.all(.tags(try Tag(text))), are: [recorded])
            }
        },
        StoreRule("select.times", "`since` is included and `until` is not; an event without a time has the time of its recording") {
            bench in
            let base = Timestamp(nanoseconds: 1_700_000_000_123_456_789)
            let offsets: [Int64] = [-1_000_000_000, -1, 0, 1, 999, 1_000_000]
            let times = offsets.map { base.advanced(by: .nanoseconds($0)) } + [Timestamp(nanoseconds: .min), Timestamp(nanoseconds: .max)]
            try await bench.store.append(times.map { Event(type: "t", time: $0) } + [Event(type: "t", time: nil)], to: "s")
            let log = try await bench.all()
            let recordedTime = log[0].recordedTime
            for edge in times + [recordedTime, recordedTime.advanced(by: .nanoseconds(1))] {
                for selection in [Selection(since: edge), Selection(until: edge), Selection(since: base, until: edge)] {
                    try expect("\(selection)", try await bench.all(selection, by: 3), are: log.filter(selection.matches))
                }
            }
        },
        StoreRule("select.once", "an event that fits in more ways than one is found once") { bench in
            try await bench.store.append([Event(type: "a", tags: ["x", "y", "x"]), Event(type: "b", tags: ["x"])], to: "s")
            let log = try await bench.all()
            let queries: [Query] = [
                .events("a", "a", "b"), .events(tagged: "x", "x"), .events("a").or(.events(tagged: "x")),
                .events(tagged: "x").or(.events(tagged: "x")).or(.events("b", "a")), Query(criteria: [.init(), .init(types: ["a"])]),
            ]
            for query in queries {
                try expect("\(query)", try await bench.all(Selection(.all, query)), are: log)
                try expect("\(query) in pages", try await bench.all(Selection(.all, query), .backward, by: 1), are: log.reversed())
            }
        },
        StoreRule("select.many", "a query may have many criteria, types and tags") { bench in
            let tags = (0..<64).map { Tag("tag:\($0)") }
            let types = try (0..<100).map { try EventType("type.\($0)") }
            let kept = min(64, bench.features.limits.tags)
            try await bench.store.append(types.map { Event(type: $0, tags: Array(tags[..<kept])) }, to: "s")
            let log = try await bench.all()
            let wide = Query(criteria: types.map { Query.Criterion(types: [$0], tags: Array(tags[..<kept])) })
            try expect("a criterion for each of 100 types", try await bench.all(Selection(.all, wide)), are: log)
            let one = Query(criteria: [Query.Criterion(types: types, tags: [tags[0]])])
            try expect("one criterion of 100 types", try await bench.all(Selection(.stream("s"), one)), are: log)
        },
    ]
}
