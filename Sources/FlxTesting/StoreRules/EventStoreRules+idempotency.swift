import FlxCore

extension EventStoreRules {
    /// The rules about repeated ids.
    static let idempotency: [StoreRule] = [
        StoreRule("id.repeat", "a repeated append, with any expectation, returns the first result and records nothing") { bench in
            var factory = bench.factory
            for (number, expected) in [ExpectedVersion.any, .noStream, .exactly(0)].enumerated() {
                let stream: StreamName = "s-\(number)"
                let events = factory.events(3)
                let boundary = Boundary(.all, after: try await bench.store.lastPosition())
                let first = try await bench.store.append(events, to: stream, expecting: expected, unless: boundary)
                try await bench.store.append(factory.events(1), to: stream)
                let before = try await bench.all()
                for mode in [expected, .exactly(77), .noStream, .exists] {
                    let again = try await bench.store.append(events, to: stream, expecting: mode, unless: boundary)
                    try expect("the first places", again.places.map(\.position), is: first.places.map(\.position))
                    try expect("the first versions", again.places.map(\.version), is: first.places.map(\.version))
                    try expect("places that are not new", again.places.map(\.isNew), is: [false, false, false])
                }
                try expect("the log as before", try await bench.all(), are: before)
            }
        },
        StoreRule("id.partly-known", "of an append that is known in part, the rest is recorded, and checked like any append") { bench in
            var factory = bench.factory
            let (known, new) = (factory.events(2), factory.events(2))
            let first = try await bench.store.append(known, to: "s")
            let mixed = [known[1], new[0], known[0], new[1]]
            let before = try await bench.all()
            let error = try await expect(.versionConflict, from: "an append known in part, at another version") {
                try await bench.store.append(mixed, to: "s", expecting: .noStream)
            }
            try expect("the actual version", error.actualVersion, is: 2)
            try await expect(.boundaryConflict, from: "an append known in part, beyond its boundary") {
                try await bench.store.append(mixed, to: "s", unless: Boundary(.all, after: .start))
            }
            try expect("the log as before", try await bench.all(), are: before)
            let result = try await bench.store.append(mixed, to: "s", expecting: .exactly(2))
            try expect("what is new", result.places.map(\.isNew), is: [false, true, false, true])
            try expect("the versions", result.places.map(\.version.value), is: [2, 3, 1, 4])
            try expect("the places of the known", [result.places[2], result.places[0]].map(\.position), is: first.places.map(\.position))
            try expect("the log", try await bench.all().map(\.id), is: (known + new).map(\.id))
        },
        StoreRule("id.same-event", "an event repeated with another time and trace is the same, and the first stays recorded") {
            bench in
            var factory = bench.factory
            let traces = try [nil, "00f067aa0ba902b7", "b7ad6b7169203331"].map { (span: String?) throws in
                try span.map { try TraceContext(parent: "00-0af7651916cd43dd8448eb211c80319c-\($0)-01", state: "try=\($0)") }
            }
            for round in 0..<12 {
                var event = factory.event()
                event.trace = traces[round % 3]
                let first = try await bench.store.append([event], to: "s").places[0]
                let before = try await bench.all()
                for (time, trace) in [(event.time, traces[(round + 1) % 3]), (Timestamp(nanoseconds: 1), event.trace), (nil, traces[0])] {
                    var again = event
                    (again.time, again.trace) = (time, trace)
                    let place = try await bench.store.append([again], to: "s", expecting: .noStream).places[0]
                    try expect("the first place", place.position, is: first.position)
                    try expect("a place that is not new", place.isNew, is: false)
                }
                try expect("the log as before", try await bench.all(), are: before)
            }
        },
        StoreRule("id.other-content", "an id that is recorded with other content is refused, and nothing is kept") { bench in
            var factory = bench.factory
            let event = factory.event()
            try await bench.store.append([event], to: "s")
            let before = try await bench.all()
            for (attribute, changed) in variants(of: event) {
                try await expect(.idConflict, from: "an append with another \(attribute)") {
                    try await bench.store.append([factory.event(), changed], to: "s")
                }
            }
            try expect("the log as before", try await bench.all(), are: before)
        },
        StoreRule("id.look-alikes", "content that only looks the same is other content, and events are read with their original bytes") {
            bench in
            let keys = "{\"\u{E9}\":1,\"e\u{301}\":2}"
            let payload = Payload(unchecked: Array(keys.utf8), form: .json, contentType: nil)
            let event = Event(type: "t", payload: payload, userID: "\u{E9}", partitionKey: "\u{212B}", extensions: ["x": "\u{E9}"])
            try await bench.store.append([event], to: "s")
            let read = try await bench.all().map(\.event)
            try expect("the payload, byte for byte", read.map(\.payload.bytes), is: [payload.bytes])
            try expect("the user, byte for byte", read.map { Array(($0.userID ?? "").utf8) }, is: [Array("\u{E9}".utf8)])
            for (attribute, path) in [("user", \Event.userID), ("partition key", \Event.partitionKey)] {
                let refused = changed(event) { $0[keyPath: path] = path == \Event.userID ? "e\u{301}" : "\u{C5}" }
                try await expect(.idConflict, from: "an append with another \(attribute)") {
                    try await bench.store.append([refused], to: "s")
                }
            }
            let other = changed(event) { $0.extensions["x"] = "e\u{301}" }
            try await expect(.idConflict, from: "an append with another extension") { try await bench.store.append([other], to: "s") }
        },
        StoreRule("id.other-stream", "an id that is recorded in another stream is refused, and nothing is kept") { bench in
            var factory = bench.factory
            let event = factory.event()
            try await bench.store.append([event], to: "s")
            let before = try await bench.all()
            try await expect(.idConflict, from: "an append to another stream") { try await bench.store.append([event], to: "t") }
            try await expect(.idConflict, from: "an append to several streams") {
                try await bench.store.append([StreamWrite([factory.event()], to: "s"), StreamWrite([event], to: "t")], unless: nil)
            }
            try expect("the log as before", try await bench.all(), are: before)
        },
        StoreRule("id.texts", "ids are compared byte for byte: look-alikes, other cases and UUIDs in other writing are other ids") {
            bench in
            let uuid = "0190a8a4-7b6e-7cc1-9d2a-1f2e3d4c5b6a"
            let texts = [uuid, uuid.uppercased(), "é", "e\u{301}", "a", "A", "a ", String(repeating: "x", count: 256)]
            let events = try texts.map { Event(id: try EventID($0), type: "t") }
            for event in events {
                let result = try await bench.store.append([event], to: "s")
                try expect("a new event for the id \(event.id)", result.places[0].isNew)
            }
            let read = try await bench.all().map { Array("\($0.id)".utf8) }
            try expect("the ids, byte for byte", read, is: texts.map { Array($0.utf8) })
        },
    ]

    private static func changed(_ event: Event, _ change: (inout Event) -> Void) -> Event {
        var copy = event
        change(&copy)
        return copy
    }

    /// Returns copies of the event with one attribute changed, one for each attribute.
    private static func variants(of event: Event) -> [(String, Event)] {
        func changed(_ change: (inout Event) -> Void) -> Event { self.changed(event, change) }
        let id = EventID(uuid: 42)
        let other: Payload = Payload(unchecked: Array("{}".utf8), form: .json, contentType: nil)
        return [
            ("type", changed { $0.type = "another.type" }), ("schema version", changed { $0.schemaVersion += 1 }),
            ("source", changed { $0.source += "x" }),
            ("payload", changed { $0.payload = other }),
            ("form of the payload", changed { $0.payload = Payload(unchecked: $0.payload.bytes, form: .binary, contentType: "a/b") }),
            ("correlation", changed { $0.correlationID = id }), ("causation", changed { $0.causationID = id }),
            ("user", changed { $0.userID = ($0.userID ?? "") + "x" }), ("tags", changed { $0.tags.append("extra") }),
            ("partition key", changed { $0.partitionKey = "another" }), ("data schema", changed { $0.dataSchema = "urn:another" }),
            ("extension", changed { $0.extensions["another"] = 1 }),
        ]
    }
}
