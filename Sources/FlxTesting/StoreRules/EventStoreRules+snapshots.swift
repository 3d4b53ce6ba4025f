import FlxCore
import FlxEvents

extension EventStoreRules {
    /// The rules about snapshots.
    static let snapshots: [StoreRule] = [
        StoreRule("snapshots.kept", "a snapshot is the last saved state under its name, with its stamps", needs: .state) { bench in
            let store = try bench.stateStore
            let names = ["a", "A", "é", "e\u{301}", "%", String(repeating: "n", count: 512)]
            for round in 1...2 {
                for (index, name) in names.enumerated() { try await store.save(snapshot(name, index * round)) }
                for (index, name) in names.enumerated() {
                    let found = try await store.snapshot(name)
                    try expect("the snapshot '\(name)'", found, is: snapshot(name, index * round))
                    try expect("its checksum", found?.isSound, is: true)
                }
            }
            var damaged = snapshot("a", 1)
            damaged.checksum ^= 1
            try await store.save(damaged)
            try expect("what was given, whatever it is", try await store.snapshot("a"), is: damaged)
            try expect("nothing under another name", try await store.snapshot("b"), is: nil)
            for name in ["", "a\nb", String(repeating: "n", count: 513)] {
                try await expect(.invalidValue, or: .limitExceeded, from: "a bad name") { try await store.save(snapshot(name, 1)) }
            }
        },
        StoreRule("snapshots.dropped", "snapshots are listed in the byte order of their names, and dropped by prefix", needs: .state) {
            bench in
            let store = try bench.stateStore
            let names = ["aggregate:a", "aggregate:b", "aggregatf", "b%", "b", "bc", "é"]
            for (index, name) in names.enumerated() { try await store.save(snapshot(name, index)) }
            for prefix in ["", "aggregate:", "b", "b%", "none"] {
                let expected = names.filter { $0.utf8.starts(with: prefix.utf8) }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
                for limit in [1, 2, 100] {
                    var (listed, last): ([String], String?) = ([], nil)
                    while listed.count <= names.count {
                        let page = try await store.snapshots(prefix: prefix, after: last, limit: limit)
                        try expect("at most \(limit)", page.count <= limit)
                        listed += page.map(\.name)
                        last = page.last?.name
                        if last == nil { break }
                    }
                    try expect("those that begin with '\(prefix)' in pages of \(limit)", listed, is: expected)
                }
            }
            try expect("how many were dropped", try await store.dropSnapshots(prefix: "b%"), is: 1)
            try expect("how many were dropped", try await store.dropSnapshots(prefix: "aggregate:"), is: 2)
            let rest = try await store.snapshots(prefix: "", after: nil, limit: 9).map(\.name)
            try expect("the rest", rest, is: ["aggregatf", "b", "bc", "é"])
            try expect("all", try await store.dropSnapshots(prefix: ""), is: 4)
            try expect("nothing", try await store.snapshot("b"), is: nil)
        },
    ]

    private static func snapshot(_ name: String, _ number: Int) -> Snapshot {
        Snapshot(
            name: name, position: Position(unchecked: Int64(number)), version: Version(unchecked: Int64(number)),
            event: UInt64(number) << 40, fingerprint: .max - UInt64(number), reducer: number, time: Timestamp(nanoseconds: Int64(number)),
            state: Array(repeating: UInt8(truncatingIfNeeded: number), count: number * 1_000))
    }
}
