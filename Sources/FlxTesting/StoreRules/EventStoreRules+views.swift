import FlxCore
import FlxEvents

extension EventStoreRules {
    /// The rules about steps and switches of views.
    static let views: [StoreRule] = [
        StoreRule("views.begin", "a view's first generation is current, the next is built beside it, there is no third", needs: .state) {
            bench in
            let store = try bench.stateStore
            try expect("no generations", try await store.generations(of: nil), is: [])
            let first = try await store.beginGeneration(of: "orders", version: 1)
            try expect("its role", first.role, is: .current)
            try expect("its beginning", first.checkpoint, is: .start)
            let second = try await store.beginGeneration(of: "orders", version: 2)
            try expect("its role", second.role, is: .building)
            try expect("a greater number", second.id > first.id)
            try await expect(.viewConflict, from: "a third generation") { try await store.beginGeneration(of: "orders", version: 3) }
            let other = try await store.beginGeneration(of: "Orders", version: 1)
            try expect("all", try await store.generations(of: nil), is: [first, second, other])
            try expect("those of one view", try await store.generations(of: "orders"), is: [first, second])
            for version in [Int.min, .max] {
                let name = "version \(version)"
                try expect(name, try await store.beginGeneration(of: name, version: version).version, is: version)
            }
            for name in ["", "a\nb", String(repeating: "n", count: 257)] {
                try await expect(.invalidValue, or: .limitExceeded, from: "a bad name") {
                    try await store.beginGeneration(of: name, version: 1)
                }
            }
        },
        StoreRule("views.step", "a step begins at the checkpoint of the generation, or changes nothing", needs: .state) { bench in
            let store = try bench.stateStore
            let id = try await store.beginGeneration(of: "v", version: 1).id
            let put = ViewStep.Change.put(ViewDocument(key: "a", body: [1]))
            try await store.commit(ViewStep(of: id, after: .start, through: 5, handled: 3, changes: [put]))
            for after in [Position.start, 4, 6] {
                let changes: [ViewStep.Change] = [.remove("a"), .put(ViewDocument(key: "b", body: []))]
                let late = ViewStep(of: id, after: after, through: 9, handled: 1, changes: changes)
                try await expect(.viewConflict, from: "a step from \(after)") { try await store.commit(late) }
            }
            try await expect(.invalidValue, from: "a step back") { try await store.commit(ViewStep(of: id, after: 5, through: 4)) }
            try await expect(.invalidValue, from: "a step to the end of all positions") {
                try await store.commit(ViewStep(of: id, after: 5, through: .end))
            }
            try await expect(.notFound, from: "a step of nothing") {
                try await store.commit(ViewStep(of: ViewGeneration.ID(id.value + 1), after: .start, through: 1))
            }
            let page = try await store.documents(.all(), of: .view("v"))
            try expect("the document", page.documents, is: [ViewDocument(key: "a", body: [1])])
            try expect("the checkpoint", page.generation.checkpoint, is: 5)
            try expect("the number of handled events", page.generation.handled, is: 3)
            for document in [ViewDocument(key: "", body: []), ViewDocument(key: "k", body: [], entries: [ViewEntry("", 1)])] {
                try await expect(.invalidValue, from: "a bad document") {
                    try await store.commit(ViewStep(of: id, after: 5, through: 6, changes: [.put(document)]))
                }
            }
        },
        StoreRule(
            "views.drop-current", "without its current generation a view begins anew, also while another is being built and held",
            needs: .state
        ) { bench in
            let store = try bench.stateStore
            let first = try await store.beginGeneration(of: "v", version: 1)
            let second = try await store.beginGeneration(of: "v", version: 2)
            try await store.commit(ViewStep(of: first.id, after: .start, through: 2))
            _ = try await store.holdForSwitch(to: second.id)
            try await store.dropGeneration(first.id)
            try await expect(.notFound, from: "a read of a view without its current generation") {
                try await store.documents(["k"], of: .view("v"))
            }
            let third = try await store.beginGeneration(of: "v", version: 3)
            try expect("its role", third.role, is: .current)
            try await expect(.viewConflict, from: "a third generation") { try await store.beginGeneration(of: "v", version: 4) }
            let put = ViewStep.Change.put(ViewDocument(key: "k", body: [3]))
            try await store.commit(ViewStep(of: third.id, after: .start, through: 5, changes: [put]))
            try await store.commit(ViewStep(of: second.id, after: .start, through: 5))
            try expect("the new one answers", try await store.documents(["k"], of: .view("v")), is: [ViewDocument(key: "k", body: [3])])
            try expect("where they switch", try await store.holdForSwitch(to: second.id), is: 5)
            try await store.switchView(to: second.id)
            try expect("the one that was built", try await store.generations(of: "v").map(\.id), is: [second.id])
        },
        StoreRule("views.once", "of many steps from one place exactly one is made, with all that it changes", needs: .state) { bench in
            let store = try bench.stateStore
            let id = try await store.beginGeneration(of: "v", version: 1).id
            for round in 0..<10 {
                let after = Position(unchecked: Int64(round))
                let winners = try await withThrowingTaskGroup(of: UInt8?.self) { group in
                    for caller in 0..<8 as Range<UInt8> {
                        group.addTask {
                            let changes = ["x", "y"].map { ViewStep.Change.put(ViewDocument(key: $0, body: [caller])) }
                            do {
                                let through = Position(unchecked: after.value + 1)
                                try await store.commit(ViewStep(of: id, after: after, through: through, handled: 1, changes: changes))
                                return caller
                            } catch let error as FlxError where error.code == .viewConflict {
                                return nil
                            }
                        }
                    }
                    return try await group.reduce(into: [UInt8]()) { if let winner = $1 { $0.append(winner) } }
                }
                try expect("one winner", winners.count, is: 1)
                let bodies = try await store.documents(["x", "y"], of: .view("v")).map { $0?.body }
                try expect("what the winner changed", bodies, is: [winners, winners])
            }
            try expect("the count", try await store.generations(of: "v").first?.handled, is: 10)
        },
        StoreRule("views.events", "events of a step are appended with it or not at all, by the current generation alone", needs: .state) {
            bench in
            let store = try bench.stateStore
            let id = try await store.beginGeneration(of: "v", version: 1).id
            let building = try await store.beginGeneration(of: "v", version: 2).id
            func step(_ id: ViewGeneration.ID, after: Position, expecting expected: ExpectedVersion = .any) -> ViewStep {
                ViewStep(
                    of: id, after: after, through: Position(unchecked: after.value + 1),
                    changes: [.put(ViewDocument(key: "k", body: [UInt8(after.value)]))],
                    events: [StreamWrite([Event(type: "effect")], to: "effects", expecting: expected)])
            }
            async let woken: Void = bench.store.wait(after: .start)
            let result = try await store.commit(step(id, after: .start))
            try await woken
            try expect("its place", result.places.map(\.version), is: [1])
            try await expect(.viewConflict, from: "a late step") { try await store.commit(step(id, after: .start)) }
            try await expect(.viewConflict, from: "a step of one being built") { try await store.commit(step(building, after: .start)) }
            try await expect(.versionConflict, from: "events that are refused") {
                try await store.commit(step(id, after: 1, expecting: .noStream))
            }
            try expect("the events", try await bench.all().count, is: 1)
            let page = try await store.documents(.all(), of: .view("v"))
            try expect("the document", page.documents.map(\.body), is: [[0]])
            try expect("the checkpoint", page.generation.checkpoint, is: 1)
        },
        StoreRule("views.switch", "two generations switch at one position: one is held there, the other goes no further", needs: .state) {
            bench in
            let store = try bench.stateStore
            let (old, new) = (try await begun(store, "v", at: 5), try await store.beginGeneration(of: "v", version: 2).id)
            try await expect(.viewConflict, from: "a switch without a hold") { try await store.switchView(to: new) }
            try expect("the position", try await store.holdForSwitch(to: new), is: 5)
            try expect("the position again", try await store.holdForSwitch(to: new), is: 5)
            try await expect(.viewConflict, from: "a step of the held one") {
                try await store.commit(ViewStep(of: old, after: 5, through: 6))
            }
            try await expect(.viewConflict, from: "a switch before it is there") { try await store.switchView(to: new) }
            try await expect(.viewConflict, from: "a step beyond") { try await store.commit(ViewStep(of: new, after: .start, through: 6)) }
            let change = ViewStep.Change.put(ViewDocument(key: "k", body: [2]))
            try await store.commit(ViewStep(of: new, after: .start, through: 5, changes: [change]))
            try expect("the old one answers", try await store.documents(["k"], of: .view("v")).first??.body, is: [1])
            try await store.switchView(to: new)
            try expect("the new one answers", try await store.documents(["k"], of: .view("v")).first??.body, is: [2])
            try await expect(.notFound, from: "a step of the former") { try await store.commit(ViewStep(of: old, after: 5, through: 6)) }
            try await expect(.notFound, from: "documents of the former") { try await store.documents(["k"], of: .generation(old)) }
            try await expect(.notFound, from: "a second switch") { try await store.switchView(to: new) }
            try await store.commit(ViewStep(of: new, after: 5, through: 6))
            try expect("one generation", try await store.generations(of: "v").map(\.role), is: [.current])
        },
        StoreRule("views.drop", "a dropped generation is gone; if it was being built, the current one continues", needs: .state) { bench in
            let store = try bench.stateStore
            let (old, new) = (try await begun(store, "v", at: 5), try await store.beginGeneration(of: "v", version: 2).id)
            _ = try await store.holdForSwitch(to: new)
            try await store.dropGeneration(new)
            try await store.dropGeneration(new)
            try await store.commit(ViewStep(of: old, after: 5, through: 6))
            try await expect(.notFound, from: "a hold for nothing") { try await store.holdForSwitch(to: new) }
            try await store.dropGeneration(old)
            try await expect(.notFound, from: "documents of no view") { try await store.documents(.all(), of: .view("v")) }
            let next = try await store.beginGeneration(of: "v", version: 3)
            try expect("the role of the next", next.role, is: .current)
            try expect("a fresh number", next.id > new)
            try expect("nothing in it", try await store.documents(.all(), of: .view("v")).documents, is: [])
            let ahead = try await store.beginGeneration(of: "v", version: 4).id
            try await store.commit(ViewStep(of: ahead, after: .start, through: 1))
            try await expect(.viewConflict, from: "a hold behind the one being built") { try await store.holdForSwitch(to: ahead) }
            for id in [next.id, ahead] { try await store.dropBuild(id) }
            try expect("the current one is no build", try await store.generations(of: "v").map(\.id), is: [next.id])
        },
    ]

    /// Creates a current generation at a position, with one document.
    private static func begun(
        _ store: any StateStore, _ view: String, at position: Position
    ) async throws -> ViewGeneration.ID {
        let id = try await store.beginGeneration(of: view, version: 1).id
        let change = ViewStep.Change.put(ViewDocument(key: "k", body: [1]))
        try await store.commit(ViewStep(of: id, after: .start, through: position, changes: [change]))
        return id
    }
}
