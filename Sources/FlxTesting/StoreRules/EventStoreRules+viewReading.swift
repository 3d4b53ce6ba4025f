import FlxCore
import FlxEvents

extension EventStoreRules {
    /// The rules about reading views and snapshots.
    static let viewReading: [StoreRule] = [
        StoreRule("views.documents", "documents have the last content put under their keys, in the byte order of the keys", needs: .state) {
            bench in
            let store = try bench.stateStore
            let id = try await store.beginGeneration(of: "v", version: 1).id
            let keys = ["k", "K", "k ", "é", "e\u{301}", "%", "日", String(repeating: "k", count: 256)]
            let documents = keys.enumerated().map { ViewDocument(key: $1, body: [UInt8($0)]) }
            try await store.commit(ViewStep(of: id, after: .start, through: 1, changes: documents.map { .put($0) }))
            let found = try await store.documents(keys + ["none"], of: .view("v"))
            try expect("each under its key", found, is: documents + [nil])
            let ordered = documents.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            for limit in [1, 3, 100] { try expect("pages of \(limit)", try await all(store, .all(limit: limit)), is: ordered) }
            try await expect(.invalidValue, from: "a page of nothing") { try await store.documents(.all(limit: 0), of: .view("v")) }
            let changes: [ViewStep.Change] = [
                .remove("K"), .remove("none"), .put(ViewDocument(key: "k", body: [7])), .put(ViewDocument(key: "k", body: [8])),
            ]
            try await store.commit(ViewStep(of: id, after: 1, through: 2, changes: changes))
            let changed = try await store.documents(["K", "k", "k "], of: .view("v")).map { $0?.body }
            try expect("what the step made of them", changed, is: [nil, [8], [2]])
        },
        StoreRule("views.look-alikes", "views, indexes and texts in them are compared by their bytes", needs: .state) { bench in
            let store = try bench.stateStore
            let names = ["\u{E9}", "e\u{301}", "\u{212B}", "\u{C5}"]
            for (number, name) in names.enumerated() {
                var entries = [ViewEntry(name, Int64(number))]
                for other in names { entries += [ViewEntry(other, other), ViewEntry(other, 77), ViewEntry("all", other)] }
                let id = try await store.beginGeneration(of: name, version: 1).id
                let document = ViewDocument(key: name, body: [UInt8(number)], entries: entries)
                try await store.commit(ViewStep(of: id, after: .start, through: 1, changes: [.put(document)]))
            }
            for (number, name) in names.enumerated() {
                try expect("the view '\(name)'", try await store.generations(of: name).map { Array($0.view.utf8) }, is: [Array(name.utf8)])
                let body = try await store.documents([name], of: .view(name)).map { $0?.body }
                try expect("its document", body, is: [[UInt8(number)]])
                for (other, index) in names.enumerated() {
                    let bodies: [[UInt8]] = other == number ? [[UInt8(number)]] : []
                    let byNumber = try await store.documents(.where(ViewEntry(index, Int64(number)), limit: 9), of: .view(name))
                    try expect("the number in the index '\(index)'", byNumber.documents.map(\.body), is: bodies)
                    let byBoth = try await store.documents(.where(ViewEntry(index, 77), limit: 9), of: .view(name))
                    try expect("the same number in the index '\(index)'", byBoth.documents.map(\.body), is: [[UInt8(number)]])
                    let byText = try await store.documents(.where(ViewEntry(index, name), limit: 9), of: .view(name))
                    try expect("the text in the index '\(index)'", byText.documents.map(\.body), is: bodies)
                    let inOne = try await store.documents(.where(ViewEntry("all", index), limit: 9), of: .view(name))
                    try expect("the text '\(index)'", inOne.documents.map(\.body), is: [[UInt8(number)]])
                }
            }
        },
        StoreRule("views.index", "an index finds documents by their present entries, by value and then by key", needs: .state) { bench in
            let store = try bench.stateStore
            let id = try await store.beginGeneration(of: "v", version: 1).id
            var (random, model): (SeededGenerator, [String: ViewDocument]) = (bench.random, [:])
            for round in 0..<40 {
                var changes: [ViewStep.Change] = []
                for _ in 0..<8 {
                    let key = "k\(random.number(below: 12))"
                    guard !random.once(in: 5) else {
                        changes.append(.remove(key))
                        model[key] = nil
                        continue
                    }
                    var entries = [ViewEntry("n", Int64(random.number(below: 5)) - 2)]
                    if random.once(in: 2) { entries.append(ViewEntry("n", ["", "a", "b"][random.number(below: 3)])) }
                    if random.once(in: 2) { entries.append(ViewEntry("m", 1)) }
                    let document = ViewDocument(key: key, body: [UInt8(round)], entries: entries)
                    changes.append(.put(document))
                    model[key] = document
                }
                let after = Position(unchecked: Int64(round))
                try await store.commit(
                    ViewStep(of: id, after: after, through: Position(unchecked: after.value + 1), changes: changes))
                for (first, last) in [(nil, nil), (.number(0), nil), (nil, .number(1)), (.number(-1), .text("a")), (.text("a"), nil)]
                    as [(StateEntry.Value?, StateEntry.Value?)]
                {
                    let expected = found(in: model, "n", from: first, through: last)
                    let limit = random.number(in: 1...6)
                    let seen = try await all(store, .index("n", from: first, through: last, limit: limit))
                    try expect("round \(round), in pages of \(limit)", seen, is: expected)
                }
                let equal = try await all(store, .where(ViewEntry("n", 1), limit: 2))
                try expect("those with 1", equal, is: found(in: model, "n", from: .number(1), through: .number(1)))
            }
        },
        StoreRule("views.cursor", "a cursor from elsewhere leads into the range that is asked for, not beyond it", needs: .state) { bench in
            let store = try bench.stateStore
            let id = try await store.beginGeneration(of: "v", version: 1).id
            let documents = (1...9).map { ViewDocument(key: "k\(10 - $0)", body: [$0], entries: [ViewEntry("n", Int64($0))]) }
            try await store.commit(ViewStep(of: id, after: .start, through: 1, changes: documents.map { .put($0) }))
            for (cursor, first) in [
                (.init(value: .number(2), key: "k8"), 6), (.init(value: .number(6), key: ""), 6), (.init(value: .number(6), key: "k4"), 7),
                (.init(value: .number(7), key: "k2"), 7), (.init(value: .number(7), key: "k3"), 8), (.init(value: .text(""), key: ""), nil),
                (.init(key: "k5"), 6), (.init(value: .number(8), key: "k9"), nil),
            ] as [(ViewQuery.Cursor, UInt8?)] {
                let page = try await store.documents(
                    .index("n", from: .number(6), through: .number(8), after: cursor, limit: 9), of: .view("v"))
                let expected = first.map { Array($0...8) } ?? []
                try expect("the documents behind \(cursor)", page.documents.flatMap(\.body), is: expected)
            }
            let page = try await store.documents(.index("n", after: .init(key: "k5"), limit: 9), of: .view("v"))
            try expect("those behind a cursor of keys", page.documents, is: documents)
        },
        StoreRule("views.whole", "a reader sees a view after a step and never between, also while it is switched", needs: .state) { bench in
            let store = try bench.stateStore
            var id = try await store.beginGeneration(of: "v", version: 1).id
            @Sendable func change(_ number: Int64) -> [ViewStep.Change] {
                ["a", "b", "c"].map { .put(ViewDocument(key: $0, body: Array("\(number)".utf8))) }
            }
            try await store.commit(ViewStep(of: id, after: .start, through: 1, changes: change(1)))
            let isDone = Log<Bool>()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<3 {
                    group.addTask {
                        while isDone.entries.isEmpty {
                            let page = try await store.documents(.all(), of: .view("v"))
                            let expected = [[UInt8]](repeating: Array("\(page.generation.checkpoint)".utf8), count: 3)
                            try expect("documents of one step", page.documents.map(\.body), is: expected)
                            await Task.yield()
                        }
                    }
                }
                // Set also if the writer fails, to end the readers.
                defer { isDone.add(true) }
                for number in 1..<60 as Range<Int64> {
                    let (after, through) = (Position(unchecked: number), Position(unchecked: number + 1))
                    try await store.commit(ViewStep(of: id, after: after, through: through, changes: change(number + 1)))
                    await Task.yield()
                    guard number % 10 == 0 else { continue }
                    let next = try await store.beginGeneration(of: "v", version: 2).id
                    let position = try await store.holdForSwitch(to: next)
                    try await store.commit(ViewStep(of: next, after: .start, through: position, changes: change(position.value)))
                    try await store.switchView(to: next)
                    id = next
                }
                isDone.add(true)
                try await group.waitForAll()
            }
        },
        StoreRule("views.reopened", "a reopened store has its views, and unfinished builds", when: {
            $0.capabilities.contains(.state) && $0.reopen != nil
        }) { bench in
            let store = try bench.stateStore
            let id = try await store.beginGeneration(of: "v", version: 1).id
            let document = ViewDocument(key: "k", body: [1], entries: [ViewEntry("n", 1)])
            try await store.commit(ViewStep(of: id, after: .start, through: 3, handled: 2, changes: [.put(document)]))
            let next = try await store.beginGeneration(of: "v", version: 2).id
            _ = try await store.holdForSwitch(to: next)
            let before = try await store.generations(of: nil)
            let again = try await bench.reopened().stateStore
            try expect("the generations", try await again.generations(of: nil), is: before)
            try expect("the document", try await all(again, .where(ViewEntry("n", 1))), is: [document])
            try await again.dropGeneration(next)
            try await again.commit(ViewStep(of: id, after: 3, through: 4))
            try expect("a fresh number", try await again.beginGeneration(of: "v", version: 3).id > next)
        },
        StoreRule("close.views", "after the end the calls on views fail as closed", needs: .state) { bench in
            let store = try bench.stateStore
            let id = try await store.beginGeneration(of: "v", version: 1).id
            await bench.store.close()
            try await expect(.closed, from: "the generations") { try await store.generations(of: nil) }
            try await expect(.closed, from: "a step") { try await store.commit(ViewStep(of: id, after: .start, through: 1)) }
            try await expect(.closed, from: "documents") { try await store.documents(["k"], of: .view("v")) }
            try await expect(.closed, from: "a page") { try await store.documents(.all(), of: .view("v")) }
        },
    ]

    /// Returns the documents on all pages of a query on the view `v`.
    private static func all(_ store: any StateStore, _ query: ViewQuery) async throws -> [ViewDocument] {
        var (query, documents): (ViewQuery, [ViewDocument]) = (query, [])
        while documents.count < 1_000 {
            let page = try await store.documents(query, of: .view("v"))
            try expect("a page of at most \(query.limit)", page.documents.count <= query.limit)
            documents += page.documents
            guard let next = page.next else { return documents }
            query.after = next
        }
        throw Mismatch(expected: "pages that come to an end", seen: "\(documents.count) documents")
    }

    /// Returns the documents that a query of an index must find.
    private static func found(
        in model: [String: ViewDocument], _ index: String, from first: StateEntry.Value?, through last: StateEntry.Value?
    ) -> [ViewDocument] {
        let hits = model.values.flatMap { document in
            Set(document.entries).filter { entry in
                entry.index == index && first.map { entry.value >= $0 } ?? true && last.map { entry.value <= $0 } ?? true
            }
            .map { (value: $0.value, document: document) }
        }
        return hits.sorted { ($0.value, $0.document.key) < ($1.value, $1.document.key) }.map(\.document)
    }
}
