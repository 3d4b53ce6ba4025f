import FlxCore
import FlxSQLite
import FlxTesting
import Foundation

extension Campaign {
    /// Files with flipped bits, torn ends, lost and swapped blocks. The readable events must be a committed prefix, or
    /// there must be an error.
    static let damage = Campaign(name: "damage") { terms in
        let variants = terms.count(full: 2_000, short: 100)
        var random = terms.random
        let original = try await DamagedStore(terms)
        var outcomes: [DamagedStore.Outcome: Int] = [:]
        for variant in 0..<variants {
            let change = original.change(&random)
            do {
                outcomes[try await original.check(change, variant: variant), default: 0] += 1
            } catch {
                throw Broken("variant \(variant), \(change.description): \(error)")
            }
        }
        let words = DamagedStore.Outcome.allCases.map { "\(outcomes[$0] ?? 0) \($0.rawValue)" }.joined(separator: ", ")
        return "\(variants) variants: \(words), none wrong"
    }
}

/// The files and the events of a store, half of it still in the write-ahead log.
struct DamagedStore {
    /// The allowed answers of a damaged store.
    enum Outcome: String, CaseIterable {
        case whole = "whole"
        case prefix = "a committed prefix"
        case refused = "refused on opening or reading"
        case verified = "found by verification"
    }

    /// A change of the bytes of the database file or its log.
    struct Change {
        let description: String
        let files: [String: [UInt8]]
    }

    private let folder: String
    private let files: [String: [UInt8]]
    private let events: [RecordedEvent]
    /// The positions of the last events of appends.
    private let ends: Set<Int>

    init(_ terms: Terms) async throws {
        folder = terms.folder
        let path = "\(folder)/original.db"
        var configuration = SQLiteConfiguration(path: path)
        configuration.checkpointPages = 40
        let store = try await SQLiteEventStore.open(configuration)
        var factory = EventFactory(seed: terms.seed)
        factory.streams.append("flx-damage")
        var ends: Set = [0]
        for _ in 1...150 {
            let writes = factory.events(factory.random.number(in: 1...12)).map { StreamWrite([$0], to: $0.stream ?? "none") }
            let result = try await store.append(writes, unless: nil)
            ends.insert(Int(result.lastPosition?.value ?? 0))
        }
        events = try await store.read(.everything, .forward, limit: .max).events
        files = try ["", "-wal"].reduce(into: [:]) { $0[$1] = Array(try Data(contentsOf: URL(fileURLWithPath: path + $1))) }
        self.ends = ends
        await store.close()
    }

    /// Returns one random change.
    func change(_ random: inout SeededGenerator) -> Change {
        let suffix = random.once(in: 2) ? "" : "-wal"
        var (bytes, files) = (files[suffix] ?? [], files)
        let place = random.number(below: bytes.count)
        let words: String
        switch random.number(below: 6) {
        case 0, 1:
            bytes[place] ^= 1 << UInt8(random.number(below: 8))
            words = "a bit flipped at \(place)"
        case 2:
            for _ in 0..<8 { bytes[random.number(below: bytes.count)] ^= 1 << UInt8(random.number(below: 8)) }
            words = "eight bits flipped"
        case 3:
            bytes.removeLast(bytes.count - place)
            words = "torn at \(place)"
        case 4:
            let start = place / 512 * 512
            for index in start..<min(start + 512, bytes.count) { bytes[index] = 0 }
            words = "a lost sector at \(start)"
        default:
            let (from, to) = (place / 4096 * 4096, random.number(below: bytes.count) / 4096 * 4096)
            let block = Array(bytes[from..<min(from + 4096, bytes.count)])
            for (offset, byte) in block.enumerated() where to + offset < bytes.count { bytes[to + offset] = byte }
            words = "the block at \(from) written to \(to)"
        }
        files[suffix] = bytes
        return Change(description: "file events.db\(suffix), \(words)", files: files)
    }

    /// Opens and reads a changed store.
    func check(_ change: Change, variant: Int) async throws -> Outcome {
        let path = "\(folder)/variant.db"
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
        for (suffix, bytes) in change.files { try Data(bytes).write(to: URL(fileURLWithPath: path + suffix)) }
        let store: SQLiteEventStore
        do {
            store = try await SQLiteEventStore.open(.init(path: path))
        } catch {
            return .refused
        }
        do {
            let outcome = try await read(store)
            await store.close()
            return outcome
        } catch is FlxError {
            await store.close()
            return .refused
        }
    }

    private func read(_ store: SQLiteEventStore) async throws -> Outcome {
        let read = try await all(.everything, store)
        try require(read.count <= events.count && zip(read, events).allSatisfy(==), "an event is not the one that was appended")
        try require(ends.contains(read.count), "an append is there in part, up to \(read.count)")
        guard try await store.verify(progress: { _, _ in }).faults.isEmpty else { return .verified }
        try await compare(.all, read, store)
        for stream in Set(events.compactMap(\.event.stream)) { try await compare(.stream(stream), read, store) }
        for type in Set(events.map(\.event.type)) { try await compare(.types(type), read, store) }
        for tag in Set(events.flatMap(\.event.tags)) { try await compare(.tags(tag), read, store) }
        return read.count == events.count ? .whole : .prefix
    }

    private func compare(_ selection: Selection, _ log: [RecordedEvent], _ store: SQLiteEventStore) async throws {
        let found = try await all(selection, store)
        try require(found == log.filter(selection.matches), "\(selection) finds \(found.count) events, which is wrong")
    }

    private func all(_ selection: Selection, _ store: SQLiteEventStore) async throws -> [RecordedEvent] {
        var (events, through) = ([RecordedEvent](), Position.start)
        while true {
            let page = try await store.read(selection, .forward(after: through), limit: 200)
            events += page.events
            through = page.through
            if page.isLast { return events }
        }
    }
}
