import FlxCore

extension EventStoreRules {
    /// The rules about waiting for events.
    static let waiting: [StoreRule] = [
        StoreRule("wait.at-once", "a wait returns at once when an event after the position is there") { bench in
            try await bench.store.append([Event(type: "t"), Event(type: "t")], to: "s")
            try await bench.store.wait(after: .start)
            try await bench.store.wait(after: try await bench.all()[0].position)
        },
        StoreRule("wait.wakes", "a wait returns when an event is appended, for each of those who wait") { bench in
            for round in 0...6 {
                let last = try await bench.store.lastPosition()
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 1...5 { group.addTask { try await waitAndFind(in: bench.store, after: last) } }
                    for _ in 0..<round { await Task.yield() }
                    try await bench.store.append([Event(type: "t")], to: "s")
                    try await group.waitForAll()
                }
            }
        },
        StoreRule("wait.no-sleep", "a wait never sleeps through an append, however the two race") { bench in
            let count = 150
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    // Append the next event only after the last one was found: a wait that misses an event never ends.
                    for _ in 1...count {
                        let last = try await bench.store.lastPosition()
                        async let found: Void = waitAndFind(in: bench.store, after: last)
                        try await bench.store.append([Event(type: "t")], to: "s")
                        try await found
                    }
                }
                group.addTask {
                    var last = Position.start
                    for _ in 1...count {
                        try await waitAndFind(in: bench.store, after: last)
                        last = try await bench.store.read(.all, .forward(after: last), limit: 1).through
                    }
                }
                try await group.waitForAll()
            }
        },
        StoreRule("wait.cancelled", "a cancelled wait ends with that error; the others continue") { bench in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await waitAndFind(in: bench.store, after: .start) }
                for yields in [0, 1, 50] {
                    await withTaskGroup(of: FlxError.Code?.self) { waiters in
                        waiters.addTask { await outcome { try await bench.store.wait(after: .end) } }
                        for _ in 0..<yields { await Task.yield() }
                        waiters.cancelAll()
                        for await code in waiters where code != .cancelled {
                            group.addTask {
                                throw Mismatch(expected: "a wait that ends as cancelled", seen: code?.description ?? "no error")
                            }
                        }
                    }
                }
                try await bench.store.append([Event(type: "t")], to: "s")
                try await group.waitForAll()
            }
        },
    ]

    /// Waits until there is an event after the position. The store may return early.
    private static func waitAndFind(in store: any EventStore, after position: Position) async throws {
        while true {
            try await store.wait(after: position)
            if try await store.lastPosition() > position { return }
            await Task.yield()
        }
    }

    /// Returns the code of a call's error; nil if the call succeeds.
    static func outcome(_ call: () async throws -> Void) async -> FlxError.Code? {
        do {
            try await call()
            return nil
        } catch {
            return (error as? FlxError)?.code ?? FlxError.Code("\(error)")
        }
    }
}
