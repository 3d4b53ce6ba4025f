import FlxCore

extension EventStoreRules {
    /// The rules about cancellation and closing.
    static let closing: [StoreRule] = [
        StoreRule("cancel.before", "an append cancelled before it begins keeps nothing and says so") { bench in
            let code = await withTaskGroup(of: FlxError.Code?.self) { group in
                group.cancelAll()
                group.addTask {
                    await outcome { _ = try await bench.store.append([Event(type: "t")], to: "s") }
                }
                return await group.next() ?? nil
            }
            try expect("the error", code, is: .cancelled)
            try expect("nothing kept", try await bench.store.lastPosition(), is: .start)
        },
        StoreRule("cancel.during", "an append that is cancelled at any moment either returns its result and is kept, or fails and is not") {
            bench in
            for yields in 0..<60 {
                let events = (1...3).map { _ in Event(type: "t") }
                let code = await withTaskGroup(of: FlxError.Code?.self) { group in
                    group.addTask {
                        await outcome { _ = try await bench.store.append(events, to: "s-\(yields)") }
                    }
                    for _ in 0..<yields % 12 { await Task.yield() }
                    group.cancelAll()
                    return await group.next() ?? nil
                }
                try expect("no error but cancellation", code == nil || code == .cancelled, seen: "\(code as Any)")
                let kept = try await bench.all(.stream("s-\(yields)")).map(\.id)
                try expect("what is kept", kept, is: code == nil ? events.map(\.id) : [])
            }
        },
        StoreRule("close.calls", "after the end all calls fail as closed, and a second close does nothing") { bench in
            let store = bench.store
            try await store.append([Event(type: "t")], to: "s")
            await store.close()
            await store.close()
            try await expect(.closed, from: "an append") { try await store.append([Event(type: "t")], to: "s") }
            try await expect(.closed, from: "an append of nothing") { try await store.append([], unless: nil) }
            try await expect(.closed, from: "a read") { try await store.read(.all, .forward, limit: 1) }
            try await expect(.closed, from: "the last position") { try await store.lastPosition() }
            try await expect(.closed, from: "a wait for what is there") { try await store.wait(after: .start) }
            try await expect(.closed, from: "a wait") { try await store.wait(after: .end) }
        },
        StoreRule("close.waiters", "the end releases the waiters, with the error closed") { bench in
            let codes = await withTaskGroup(of: FlxError.Code?.self) { group in
                for _ in 1...5 { group.addTask { await outcome { try await bench.store.wait(after: .end) } } }
                for _ in 1...50 { await Task.yield() }
                await bench.store.close()
                return await group.reduce(into: []) { $0.append($1) }
            }
            try expect("the errors", codes, is: Array(repeating: .closed, count: 5))
        },
        StoreRule("close.under-way", "appends under way at the end run to theirs: each returns its places, or fails as closed") { bench in
            let codes = await withTaskGroup(of: FlxError.Code?.self) { group in
                for writer in 1...16 {
                    group.addTask {
                        await outcome { _ = try await bench.store.append([Event(type: "t")], to: "s-\(writer)") }
                    }
                }
                for _ in 1...3 { await Task.yield() }
                await bench.store.close()
                return await group.reduce(into: []) { $0.append($1) }
            }
            try expect("no error but closed", codes.allSatisfy { $0 == nil || $0 == .closed }, seen: "\(codes)")
        },
    ]
}
