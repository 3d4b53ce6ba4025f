import FlxCore

extension EventStoreRules {
    /// The rules about boundaries.
    static let boundary: [StoreRule] = [
        StoreRule("boundary.query", "an append fails if an event matching the query was recorded after the position, and only then") {
            bench in
            var factory = bench.factory
            try await bench.store.append(factory.events(40), to: "s")
            let log = try await bench.all()
            for _ in 1...60 {
                let query = factory.query()
                let after = factory.random.pick(log.map(\.position) + [.start])
                let touched = log.contains { $0.position > after && query.matches($0.event) }
                let before = try await bench.store.lastPosition()
                // A random query matches the rule's own events only if it matches everything.
                let event = Event(type: "unasked")
                let boundary = Boundary(query, after: after)
                let added = try await bench.all(.types("unasked")).contains { $0.position > after && query.matches($0.event) }
                if touched || added {
                    try await expect(.boundaryConflict, from: "a boundary of \(query) after \(after)") {
                        try await bench.store.append([event], to: "t", unless: boundary)
                    }
                    try expect("nothing kept", try await bench.store.lastPosition(), is: before)
                } else {
                    try await bench.store.append([event], to: "t", unless: boundary)
                }
            }
        },
        StoreRule("boundary.position", "the event at the position itself does not count, the one after it does") { bench in
            let first = try await bench.store.append([Event(type: "a", tags: ["x"])], to: "s").places[0].position
            let second = try await bench.store.append([Event(type: "a", tags: ["x", "y"])], to: "s").places[0].position
            try await expect(.boundaryConflict, from: "a boundary before the last event") {
                try await bench.store.append([Event(type: "b")], to: "t", unless: Boundary(.events("a", tagged: "x"), after: first))
            }
            try await bench.store.append([Event(type: "b")], to: "t", unless: Boundary(.events("a", tagged: "x"), after: second))
            try await bench.store.append([Event(type: "b")], to: "t", unless: Boundary(.events("a", tagged: "x", "z"), after: .start))
            try await expect(.boundaryConflict, from: "a boundary of two tags") {
                try await bench.store.append([Event(type: "b")], to: "t", unless: Boundary(.events(tagged: "y", "x"), after: first))
            }
        },
        StoreRule("boundary.with-version", "the boundary and the expected version both must hold") { bench in
            try await bench.store.append([Event(type: "a", tags: ["x"])], to: "s")
            let boundary = Boundary(.events(tagged: "x"), after: .start)
            try await expect(.boundaryConflict, from: "the right version beyond the boundary") {
                try await bench.store.append([Event(type: "b")], to: "s", expecting: .exactly(1), unless: boundary)
            }
            let last = try await bench.store.lastPosition()
            try await expect(.versionConflict, from: "the wrong version within the boundary") {
                try await bench.store.append([Event(type: "b")], to: "s", expecting: .noStream, unless: Boundary(.all, after: last))
            }
            try await expect(.boundaryConflict, from: "the wrong version beyond the boundary, which is looked at first") {
                try await bench.store.append([Event(type: "b")], to: "s", expecting: .noStream, unless: boundary)
            }
            try expect("nothing kept", try await bench.all().count, is: 1)
        },
        StoreRule("boundary.beyond-end", "a boundary beyond the end of the log is refused: the decision was made on another log") { bench in
            try await bench.store.append([Event(type: "a")], to: "s")
            let last = try await bench.store.lastPosition()
            for after in [try Position(last.value + 1), try Position(last.value + 999), .end] {
                let boundary = Boundary(.events("b"), after: after)
                try await expect(.invalidValue, from: "a boundary after \(after)") {
                    try await bench.store.append([Event(type: "c")], to: "t", unless: boundary)
                }
                try await expect(.invalidValue, from: "a guard after \(after)") { try await bench.store.append([], unless: boundary) }
            }
            try await bench.store.append([Event(type: "c")], to: "t", unless: Boundary(.events("b"), after: last))
            try expect("the one that was allowed", try await bench.all().count, is: 2)
        },
        StoreRule("boundary.one-winner", "of many decisions on the same events, one succeeds") { bench in
            for round in 1...8 {
                let tag = Tag("seat:\(round)")
                let query = Query.events(tagged: tag)
                let after = try await bench.store.lastPosition()
                let winners = try await withThrowingTaskGroup(of: Bool.self) { group in
                    for writer in 1...8 {
                        group.addTask {
                            let event = Event(type: "seat.taken", tags: [tag])
                            return try await succeeds(unless: .boundaryConflict) {
                                try await bench.store.append([event], to: "w-\(writer)", unless: Boundary(query, after: after))
                            }
                        }
                    }
                    return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
                }
                try expect("one winner", winners, is: 1)
                try expect("one event", try await bench.all(Selection(.all, query)).count, is: 1)
            }
        },
    ]

    /// Returns true if a call succeeds. It may fail only with the given code.
    static func succeeds(unless code: FlxError.Code, _ call: () async throws -> some Sendable) async throws -> Bool {
        do {
            _ = try await call()
            return true
        } catch let error as FlxError {
            try expect("no error but \(code)", error.code == code, seen: "\(error)")
            return false
        }
    }
}
