import FlxCore
import FlxSQLite
import FlxTesting
import Foundation

extension Campaign {
    /// Files and links of all kinds beside a path. No foreign file may change, no wrong data may pass verification, and
    /// there must never be two writers.
    static let sidecars = Campaign(name: "sidecars") { terms in
        let workshop = try await Workshop(terms.folder + "/kept", seed: terms.seed)
        var (random, broken, counts) = (terms.random, [String](), [Int]())
        func attempt(_ words: String, _ body: () async throws -> Void) async {
            do { try await body() } catch { broken.append("\(words): \(error)") }
        }
        let room = terms.folder + "/room"
        for (deeds, all, isMaking) in [(Deed.making, Surroundings.places, true), (Deed.using, Surroundings.stores, false)] {
            let chosen = terms.isFull ? all : Array(all.shuffled(using: &random).prefix(14))
            for around in chosen {
                for deed in deeds {
                    await attempt("\(isMaking ? "to make a " : "")\(deed), \(around)") {
                        try await SidecarTrial(workshop: workshop, room: room, isMaking: isMaking).run(deed, around)
                    }
                }
            }
            counts.append(chosen.count * deeds.count)
        }
        var (acknowledged, ways) = (0, 0)
        for way in TwoNames.allCases {
            for round in 0..<terms.count(full: 10, short: 1) {
                await attempt("two writers, \(way)") { acknowledged += try await way.run(in: "\(terms.folder)/\(way)-\(round)") }
                ways += 1
            }
        }
        let outputs = ProgramOutputs.commands.flatMap { command in ProgramOutputs.targets.map { (command, $0) } }
        let tried = terms.isFull ? outputs : Array(outputs.shuffled(using: &random).prefix(10))
        for (command, target) in tried {
            await attempt("output") { try await ProgramOutputs(workshop: workshop).run(command, on: target, in: room) }
        }
        let kinds = Dictionary(grouping: broken) { line in line.split(separator: ":").last.map { $0.filter { !$0.isNumber } } ?? "" }
        try require(broken.isEmpty, "\(broken.count) broken:\n" + kinds.values.sorted { $0.count > $1.count }.prefix(40).map {
            "  \($0.count) × \($0[0].prefix(600))"
        }.joined(separator: "\n"))
        try await plant(workshop, room)
        return """
            \(counts[0]) times something made in all surroundings, \(counts[1]) times a store used in them, \(ways) pairs of writers with \
            \(acknowledged) events, \(tried.count) outputs of commands: nothing of others changed, nothing lost; a careless copy was seen
            """
    }

    /// Requires that a backup without any checks is noticed.
    private static func plant(_ workshop: Workshop, _ room: String) async throws {
        for around in [Surroundings(log: .orphan), Surroundings(main: .text), Surroundings(partial: .link)] {
            do {
                try await SidecarTrial(workshop: workshop, room: room, isMaking: true, isCareless: true).run(.backup, around)
            } catch { continue }
            throw Broken("a careless copy went unnoticed: \(around)")
        }
    }
}

extension Deed {
    /// The deeds that make a file at a place.
    fileprivate static let making: [Deed] = [.backup, .restore]
    /// The deeds that use a store.
    fileprivate static let using: [Deed] = [.append, .read, .verify, .rehearse, .repair, .backup]
}

/// Performs a deed in surroundings, then checks everything.
private struct SidecarTrial {
    let workshop: Workshop
    let room: String
    /// True if a file is made in the surroundings; false if a store in them is used.
    let isMaking: Bool
    var isCareless = false

    func run(_ deed: Deed, _ around: Surroundings) async throws {
        let path = try workshop.make(around, in: room)
        let source = room + "/neighbour.db"
        let before = Fingerprint(room, leavesOut: around.isOwn)
        let result: Result<Deed.Outcome, any Error>
        do {
            if isCareless {
                result = .success(try copyCarelessly(source, to: path))
            } else if isMaking {
                result = .success(try await deed.run(source, output: path, checks: false))
            } else {
                result = .success(try await deed.run(path, output: room + "/out", checks: false))
            }
        } catch {
            result = .failure(error)
        }
        let isOwn = { around.isOwn($0) || $0 == "out" || $0.hasPrefix("neighbour.db-") || $0.hasPrefix("neighbour.db.") }
        if let change = Fingerprint(room, leavesOut: isOwn).change(from: before) { throw Broken("touched what is not its own: \(change)") }
        switch result {
        case .success(let outcome):
            if isMaking { try await expect(Workshop.source, at: path, tag: "source") } else { try await judge(deed, outcome, around, path) }
        case .failure(let error):
            guard let error = error as? FlxError else { throw error }
            if !isMaking { try require(error.code != .corrupt && error.code != .io, "a sound store was refused as \(error)") }
        }
        // In every case, an existing store must still exist.
        guard !isMaking, let (count, tag) = around.main.content, around.path != .hardLink else { return }
        try await expect(count, at: path, tag: tag)
    }

    private func judge(_ deed: Deed, _ outcome: Deed.Outcome, _ around: Surroundings, _ path: String) async throws {
        guard let (count, tag) = around.main.content else { return }
        switch deed {
        case .read: try require(outcome.events.count == count, "\(outcome.events.count) events were read, there are \(count)")
        case .verify, .rehearse, .repair:
            let isSound = !outcome.words.contains("faults") || outcome.words.hasPrefix("0 ")
            try require(isSound, "a sound store has \(outcome.words)")
        case .backup: try await expect(count, at: room + "/out", tag: tag)
        default: break
        }
    }

    /// Requires that all events of a kind are there, for readers and for the next writer.
    private func expect(_ count: Int, at path: String, tag: String) async throws {
        let ids = Set((1...count).map { "\(tag)-\($0)" })
        for configuration in [SQLiteConfiguration.readOnly(path: path), SQLiteConfiguration(path: path)] {
            do {
                let events = try await withSQLiteEventStore(configuration) { try await Deed.all($0) }
                let found = events.filter { !$0.event.type.description.hasPrefix("crafted.") }.map { $0.event.id.description }
                try require(Set(found) == ids, "of \(count) events '\(tag)' there are \(ids.intersection(found).count), of \(found.count)")
            } catch let error as FlxError where configuration.access == .readOnly && error.code == .readOnly {
                // A journal must be rolled back first, and only a writer can do this.
                continue
            }
        }
    }

    private func copyCarelessly(_ source: String, to path: String) throws -> Deed.Outcome {
        let bytes = try Data(contentsOf: URL(fileURLWithPath: source))
        let partial = open(path + ".partial-1", O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        _ = bytes.withUnsafeBytes { write(partial, $0.baseAddress, $0.count) }
        close(partial)
        rename(path + ".partial-1", path)
        return Deed.Outcome()
    }
}

extension Surroundings.Main {
    /// The prefix of a store's event ids, and the number of events.
    fileprivate var content: (count: Int, tag: String)? {
        switch self {
        case .store, .hotJournal: (Workshop.old, "old")
        case .hotLog: (Workshop.hot, "hot")
        default: nil
        }
    }
}
