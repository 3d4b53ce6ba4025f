import FlxCore
import FlxSQLite
import Foundation

/// The process that uses crafted files. They must not harm it.
struct CraftingChild {
    private let base: CraftedStore
    private let plan: CraftPlan
    private let definitions: String
    private let work: String
    private let plant: String
    private let originals: [Int64: RecordedEvent]
    private var canary: String { work + "-canary" }

    /// `craft FOLDER SEED full|short WORKER WORKERS FIRST DEED LAST [PLANT]`: performs all deeds on each variant.
    /// Prints each deed before it begins, and its result or the broken promise after it.
    static func main(_ arguments: [String]) async {
        guard arguments.count >= 8, let seed = UInt64(arguments[1]) else { exit(64) }
        let numbers = arguments[3...7].map { Int($0) ?? 0 }
        var limit = rlimit(rlim_cur: 6 << 30, rlim_max: 6 << 30)
        setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
        do {
            let plant = arguments.count > 8 ? arguments[8] : ""
            let child = try await CraftingChild(arguments[0], seed, isFull: arguments[2] == "full", worker: numbers[0], plant)
            var deed = numbers[3]
            for index in stride(from: numbers[2], to: min(numbers[4], child.plan.count), by: numbers[1]) {
                try await child.put(index, through: deed)
                deed = 0
            }
            say("end")
        } catch {
            say("failed: \(error)")
            exit(3)
        }
    }

    private init(_ folder: String, _ seed: UInt64, isFull: Bool, worker: Int, _ plant: String) async throws {
        base = CraftedStore(folder: folder)
        definitions = try base.definitions()
        work = "\(folder)/work-\(worker)"
        plan = try CraftPlan(base, canary: work + "-canary", seed: seed, isFull: isFull)
        self.plant = plant
        let events = try await withSQLiteEventStore(.readOnly(path: base.path)) { try await Deed.all($0) }
        originals = Dictionary(uniqueKeysWithValues: events.map { ($0.position.value, $0) })
    }

    /// - Parameter first: The number of the first deed.
    private func put(_ index: Int, through first: Int) async throws {
        let craft = plan[index]
        let made = "\(work)-made"
        try? FileManager.default.removeItem(atPath: made)
        do {
            try craft.make(made, of: base, definitions: definitions)
        } catch {
            return say("result cannot be made")
        }
        let isArchive = craft.target == .archive
        let deeds = isArchive ? Deed.onArchives + [.archive] : Deed.allCases
        for (number, deed) in deeds.enumerated().dropFirst(first) {
            say("at \(index) \(number) \(deed) \(craft.words)")
            try? FileManager.default.removeItem(atPath: work)
            try FileManager.default.createDirectory(atPath: "\(work)/in", withIntermediateDirectories: true)
            try Data("precious".utf8).write(to: URL(fileURLWithPath: "\(work)/victim.txt"))
            try FileManager.default.copyItem(atPath: made, toPath: "\(work)/in/variant")
            do {
                say("result \(try await perform(deed, craft, isArchive: isArchive))")
            } catch {
                say("broken \(index) \(deed) \(error) [\(craft.words)]")
            }
        }
        say("result variants")
    }

    private func perform(_ deed: Deed, _ craft: Craft, isArchive: Bool) async throws -> String {
        let (path, output) = ("\(work)/in/variant", "\(work)/in/out")
        let adds = isArchive && deed == .archive
        let keeps = Deed.reading.contains(deed) && !adds
        let before = Fingerprint(work) { Self.isOwn($0, keeps: keeps) }
        alarm(plant.isEmpty ? 30 : 5)
        let result: Result<Deed.Outcome, any Error>
        do {
            try harm(deed, path)
            result = .success(try await adds ? deed.run(base.path, output: path, checks: false) : deed.run(path, output: output))
        } catch {
            result = .failure(error)
        }
        alarm(0)
        let isRun = unlink(canary) == 0
        try require(!isRun, "a statement from the file was run: it made a file")
        if let change = Fingerprint(work, leavesOut: { Self.isOwn($0, keeps: keeps) }).change(from: before) {
            throw Broken("touched what is not its own: \(change)")
        }
        if !isArchive {
            let traces = try? RawFile(path).rows("SELECT x FROM canary")
            try require(traces?.isEmpty ?? true, "a statement from the file was run, at \(traces?.first?.first?.text ?? "")")
        }
        try require(Self.memory < 700, "took \(Self.memory) MB of memory")
        switch result {
        case .success(let outcome):
            if !craft.isForged { try compare(outcome.events) }
            return "read or done"
        case .failure(let error):
            if error is Broken { throw error }
            let rest = try FileManager.default.contentsOfDirectory(atPath: "\(work)/in").filter { $0.hasPrefix("out") }
            // An archive keeps complete parts. A file restored before a later step failed is no harm either.
            try require(rest.isEmpty || deed == .archive || rest == ["out"], "failed, and left \(rest)")
            return "reported as \((error as? FlxError)?.code.description ?? "\(type(of: error))")"
        }
    }

    /// Returns true if a deed may change a file: its output, sidecars, and the file itself if the deed writes.
    private static func isOwn(_ name: String, keeps: Bool) -> Bool {
        name.hasPrefix("in/out") || ["-wal", "-shm", "-journal"].contains { name == "in/variant" + $0 }
            || !keeps && name.hasPrefix("in/variant")
    }

    /// Requires that each event equals the one appended at its position.
    private func compare(_ events: [RecordedEvent]) throws {
        for event in events {
            guard let original = originals[event.position.value] else {
                try require(event.event.type.description.hasPrefix("crafted."), "an event at \(event.position) that nobody wrote")
                continue
            }
            try require(event == original, "the event at \(event.position) is not the one that was appended")
        }
    }

    /// The maximum memory used by the process so far, in MB.
    private static var memory: Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM") } ?? ""
        return (Int(line.filter(\.isNumber)) ?? 0) / 1_024
    }

    /// Performs a planted fault, as a careless store would if it trusted a file.
    private func harm(_ deed: Deed, _ path: String) throws {
        switch (plant, deed) {
        case ("believes", .verify):
            for row in try RawFile(path).rows("""
                SELECT json_each.value FROM state_records, json_each(CAST(body AS TEXT), '$.tables')
                WHERE space = (SELECT id FROM state_spaces WHERE name = 'views')
                """)
            {
                try? RawFile(path).execute("BEGIN; DROP TABLE IF EXISTS \"\(row[0].text)\"")
            }
        case ("traps", .open): raise(SIGILL)
        case ("hangs", .open): while true { usleep(1_000) }
        case ("touches", .open): try Data("lost".utf8).write(to: URL(fileURLWithPath: "\(work)/victim.txt"))
        default: break
        }
    }
}
