import FlxCore

extension EventStoreRules {
    /// The rules about pages.
    static let reading: [StoreRule] = [
        StoreRule("read.empty", "an empty store reads as one last page without events, and its last position is the start") { bench in
            try expect("the last position", try await bench.store.lastPosition(), is: .start)
            for direction in [ReadDirection.forward, .backward, .forward(after: .end), .backward(before: .start)] {
                let page = try await bench.store.read(.all, direction, limit: 10)
                try expect("no events", page.events, is: [])
                try expect("the last page", page.isLast)
            }
            try expect("the start as the place to go on", try await bench.store.read(.all, .forward, limit: 1).through, is: .start)
        },
        StoreRule("read.through", "a page has the end of the examined part, even if it is empty, and the next read continues there") {
            bench in
            let places = try await bench.store.append((1...10).map { _ in Event(type: "common") }, to: "s").places.map(\.position)
            let nothing = try await bench.store.read(.types("rare"), .forward, limit: 5)
            try expect("no events", nothing.events, is: [])
            try expect("a read that looked at all", nothing.isLast ? nothing.through : places[9], is: places[9])
            var (through, pages) = (Position.start, 0)
            while through < places[9], pages <= 10 {
                through = try await bench.store.read(.types("rare"), .forward(after: through), limit: 5).through
                pages += 1
            }
            try expect("the end, page by page, though nothing is selected", through, is: places[9])
            try await bench.store.append([Event(type: "rare")], to: "s")
            let more = try await bench.store.read(.types("rare"), .forward(after: through), limit: 5)
            try expect("what came after it", more.events.map(\.event.type), is: ["rare"])
            let beyond = try await bench.store.read(.all, .forward(after: .end), limit: 5)
            try expect("nothing after the end", beyond.events, is: [])
        },
        StoreRule("read.last-page", "a page is the last if the read reached the end of the recorded events, not before") { bench in
            let places = try await bench.store.append((1...6).map { _ in Event(type: "t") }, to: "s").places.map(\.position)
            for limit in 1...8 {
                let page = try await bench.store.read(.all, .forward, limit: limit)
                if limit < 6 { try expect("more pages after one of \(limit)", !page.isLast) }
                if page.isLast { try expect("all events", page.events.map(\.position), is: places) }
                let back = try await bench.store.read(.all, .backward, limit: limit)
                if limit < 6 { try expect("more pages before one of \(limit)", !back.isLast) }
                if back.isLast { try expect("all events, backward", back.events.map(\.position), is: places.reversed()) }
            }
            try expect("all, whatever the limit", try await bench.all(by: .max).map(\.position), is: places)
        },
        StoreRule("read.full-pages", "a page holds as many events as the limit allows", when: \.fillsPages) { bench in
            var factory = bench.factory
            try await bench.store.append(factory.events(100), to: "s")
            let count = try await bench.all(.types("order.paid")).count
            for limit in [1, 2, 3, 5, 100] {
                let page = try await bench.store.read(.types("order.paid"), .forward, limit: limit)
                try expect("the events on a page of \(limit)", page.events.count, is: min(limit, count))
                let back = try await bench.store.read(.types("order.paid"), .backward, limit: limit)
                try expect("the events on a page of \(limit), backward", back.events.count, is: min(limit, count))
            }
        },
        StoreRule("read.limit", "a limit below 1 is refused") { bench in
            for limit in [0, -1, .min] {
                try await expect(.invalidValue, from: "a read of \(limit) events") {
                    try await bench.store.read(.all, .forward, limit: limit)
                }
            }
        },
        StoreRule("read.direction", "forward starts after a position and backward before one, neither with the position itself") { bench in
            let places = try await bench.store.append((1...5).map { _ in Event(type: "t") }, to: "s").places.map(\.position)
            for (index, place) in places.enumerated() {
                let after = try await bench.all(.all, .forward(after: place)).map(\.position)
                try expect("the events after \(place)", after, is: Array(places[(index + 1)...]))
                let before = try await bench.all(.all, .backward(before: place)).map(\.position)
                try expect("the events before \(place), the latest first", before, is: places[..<index].reversed())
            }
        },
        StoreRule("read.recorded-time", "the time of recording is set by the store, and does not change from read to read") { bench in
            let event = Event(type: "t", time: nil)
            try await bench.store.append([event], to: "s")
            let first = try await bench.all()
            try expect("an event without a time, as it came", first.map(\.event.time), is: [nil])
            try await bench.store.append([event], to: "s")
            try expect("the same after the append was repeated", try await bench.all(), are: first)
        },
    ]
}
