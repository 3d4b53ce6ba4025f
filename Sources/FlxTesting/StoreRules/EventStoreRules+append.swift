import FlxCore

extension EventStoreRules {
    /// The rules about places, versions, expected versions and atomicity.
    static let append: [StoreRule] = [
        StoreRule("append.places", "new events of one stream get versions 1, 2, 3, …; positions increase; places come in the order given") {
            bench in
            var factory = bench.factory
            var (last, version): (Position, Int64) = (.start, 0)
            for count in [1, 3, 1, 7, 2] {
                let result = try await bench.store.append(factory.events(count), to: "s")
                try expect("a place for each event", result.places.count, is: count)
                for place in result.places {
                    version += 1
                    try expect("the version", place.version.value, is: version)
                    try expect("a position greater than \(last)", place.position > last, seen: "\(place.position)")
                    try expect("a new event", place.isNew)
                    last = place.position
                }
                try expect("the last position", try await bench.store.lastPosition(), is: last)
            }
            let other = try await bench.store.append(factory.events(2), to: "t")
            try expect("the versions of another stream", other.places.map(\.version.value), is: [1, 2])
            try expect("its position", other.places[0].position > last, seen: "\(other.places[0].position)")
        },
        StoreRule("append.kept", "appended events are read back, equal in every attribute, at the places returned by the append") {
            bench in
            var factory = bench.factory
            for _ in 1...20 {
                let events = factory.events(10)
                let result = try await bench.store.append(events, to: "s")
                let expected = events.map { event in
                    var event = event
                    event.stream = "s"
                    return event
                }
                let read = Array(try await bench.all().suffix(10))
                try expect("the events", read.map(\.event), is: expected)
                try expect("the positions", read.map(\.position), is: result.places.map(\.position))
                try expect("the versions", read.map(\.version), is: result.places.map(\.version))
            }
            let twice = (try await bench.all(), try await bench.all(by: 7))
            try expect("the same, times of recording included, when it is read again", twice.0, are: twice.1)
        },
        StoreRule("append.several-streams", "one call appends to several streams, in the order given, with the versions of each") { bench in
            var factory = bench.factory
            try await bench.store.append(factory.events(2), to: "b")
            let (first, second, third) = (factory.events(2), factory.events(3), factory.events(1))
            let writes = [
                StreamWrite(first, to: "a", expecting: .noStream), StreamWrite(second, to: "b", expecting: .exactly(2)),
                StreamWrite(third, to: "c"),
            ]
            let result = try await bench.store.append(writes, unless: nil)
            try expect("the versions", result.places.map(\.version.value), is: [1, 2, 3, 4, 5, 1])
            try expect("positions that rise", zip(result.places, result.places.dropFirst()).allSatisfy { $0.position < $1.position })
            let read = try await bench.all().dropFirst(2)
            try expect("the events in the order of the call", read.map(\.id), is: (first + second + third).map(\.id))
            try expect("the stream of each", read.map(\.event.stream), is: ["a", "a", "b", "b", "b", "c"])
        },
        StoreRule("append.guard", "an append of no events checks its conditions, returns no places and changes nothing") { bench in
            var factory = bench.factory
            try await bench.store.append(factory.events(2), to: "s")
            let (before, last) = (try await bench.all(), try await bench.store.lastPosition())
            try expect("no place", try await bench.store.append([], unless: nil).places, is: [])
            try expect("no place", try await bench.store.append([], unless: Boundary(.all, after: last)).places, is: [])
            let good = [StreamWrite([], to: "s", expecting: .exactly(2)), StreamWrite([], to: "t", expecting: .noStream)]
            let result = try await bench.store.append(good, unless: Boundary(.all, after: last))
            try expect("no place", result.places, is: [])
            let error = try await expect(.versionConflict, from: "a guard of another version") {
                try await bench.store.append([], to: "s", expecting: .exactly(7))
            }
            try expect("the actual version", error.actualVersion, is: 2)
            try await expect(.boundaryConflict, from: "a guard beyond its boundary") {
                try await bench.store.append([], unless: Boundary(.all, after: .start))
            }
            try expect("the log as before", try await bench.all(), are: before)
            try await expect(.versionConflict, from: "the stream that a guard named, which is still empty") {
                try await bench.store.append([], to: "t", expecting: .exists)
            }
        },
        StoreRule("append.expected-version", "each stream must be at the expected version; the error contains its actual version") {
            bench in
            var factory = bench.factory
            let expectations: [ExpectedVersion] = [.any, .noStream, .exists, .exactly(0), .exactly(1), .exactly(2), .exactly(3)]
            for length in 0...2 {
                for (number, expected) in expectations.enumerated() {
                    let stream: StreamName = "s-\(length)-\(number)"
                    for _ in 0..<length { try await bench.store.append(factory.events(1), to: stream) }
                    let actual = try Version(Int64(length))
                    let before = try await bench.store.lastPosition()
                    if expected.allows(actual) {
                        let result = try await bench.store.append(factory.events(1), to: stream, expecting: expected)
                        try expect("the version", result.places[0].version.value, is: Int64(length) + 1)
                    } else {
                        let error = try await expect(.versionConflict, from: "\(expected) at \(actual)") {
                            try await bench.store.append([factory.event()], to: stream, expecting: expected)
                        }
                        try expect("the actual version in the error", error.actualVersion, is: actual)
                        try expect("the last position after a conflict", try await bench.store.lastPosition(), is: before)
                    }
                }
            }
        },
        StoreRule("append.all-or-none", "an append that fails for one of its streams keeps nothing for any of them") { bench in
            var factory = bench.factory
            try await bench.store.append(factory.events(1), to: "b")
            let before = try await bench.all()
            let good = factory.events(2)
            let writes = [StreamWrite(good, to: "a"), StreamWrite(factory.events(2), to: "b", expecting: .noStream)]
            for writes in [writes, writes.reversed()] {
                try await expect(.versionConflict, from: "an append to two streams") { try await bench.store.append(writes, unless: nil) }
                try expect("the log as before", try await bench.all(), are: before)
            }
            let result = try await bench.store.append(good, to: "a", expecting: .noStream)
            try expect("new places, since the first call kept nothing", result.places.map(\.isNew), is: [true, true])
        },
        StoreRule("append.silent-stream", "the expected version of a stream that gets nothing is checked too, when another gets something")
        {
            bench in
            var factory = bench.factory
            try await bench.store.append(factory.events(2), to: "watched")
            let writes = [StreamWrite([], to: "watched", expecting: .exactly(1)), StreamWrite(factory.events(1), to: "s")]
            let error = try await expect(.versionConflict, from: "a watched stream that moved") {
                try await bench.store.append(writes, unless: nil)
            }
            try expect("the actual version", error.actualVersion, is: 2)
            let right = [StreamWrite([], to: "watched", expecting: .exactly(2)), writes[1]]
            try expect("one place", try await bench.store.append(right, unless: nil).places.count, is: 1)
        },
        StoreRule("append.stream-again", "a stream may occur in several writes of a call; each expects its version before the call") {
            bench in
            var factory = bench.factory
            try await bench.store.append(factory.events(1), to: "a")
            let (first, second, third, fourth) = (factory.events(1), factory.events(2), factory.events(2), factory.events(1))
            let writes = [
                StreamWrite(first, to: "a", expecting: .exactly(1)), StreamWrite(second, to: "b", expecting: .noStream),
                StreamWrite(third, to: "a", expecting: .exactly(1)), StreamWrite(fourth, to: "b", expecting: .exactly(0)),
            ]
            let result = try await bench.store.append(writes, unless: nil)
            try expect("the versions", result.places.map(\.version.value), is: [2, 1, 2, 3, 4, 3])
            let read = try await bench.all().dropFirst().map(\.id)
            try expect("the order of the call", read, is: (first + second + third + fourth).map(\.id))
            let late = [StreamWrite(factory.events(1), to: "c"), StreamWrite(factory.events(1), to: "c", expecting: .exactly(1))]
            try await expect(.versionConflict, from: "a write that expects what the one before it made") {
                try await bench.store.append(late, unless: nil)
            }
        },
    ]
}
