import ChildProcesses
import FlxCore
import FlxEvents
import FlxSQLite
import FlxTesting
import Foundation
import GRDB

extension Campaign {
    /// Many callers beside one with failing code or definitions. Each caller must get its own true answer.
    static let bystanders = Campaign(name: "bystanders") { terms in
        let rounds = terms.count(full: 200, short: 10)
        var (broken, answered) = ([String](), 0)
        for number in Scene.all.indices {
            // Each scene has its own process, so a scene that never ends does not block the others.
            let role = ["stand", "\(number)", "\(terms.folder)/scene-\(number).db", "\(rounds)", "\(terms.seed)"]
            do {
                let ending = try await ChildProcess(role: role, limit: .seconds(terms.count(full: 600, short: 60))).end()
                let isDone = ending.status == 0
                let reason = ending.status == 3 ? "" : "status \(ending.status), \(ending.errors.suffix(300))"
                try require(isDone, "\(ending.output.prefix(400))\(reason)")
                answered += Int(ending.output.split(separator: "\n").last ?? "") ?? 0
            } catch { broken.append("\(Scene.all[number]): \(error)") }
        }
        try require(broken.isEmpty, "\(broken.count) broken:\n" + broken.map { "  \($0.prefix(500))" }.joined(separator: "\n"))
        try await Scene.plants(terms.folder, terms.seed)
        return """
            \(answered) answers beside \(Misdeed.all.count) kinds of failing code, forbidden queries, clashes and a foreign lock: each its \
            own and true; a lost answer and one for two callers were seen
            """
    }
}

/// The activity beside the crowd.
enum Scene {
    case misdeed(Misdeed)
    /// Queries with forbidden statements.
    case queries
    /// Two views with a table of the same name. The second view can never be switched in.
    case clash
    /// Another program has made views and triggers over the tables of a view.
    case reports
    /// Another program holds the file longer than any caller waits.
    case foreignLock

    static let all: [Scene] = Misdeed.all.map { .misdeed($0) } + [.queries, .clash, .reports, .foreignLock]

    /// `stand NUMBER PATH ROUNDS SEED`: prints the number of correct answers.
    static func main(_ arguments: [String]) async {
        guard arguments.count == 4, let number = Int(arguments[0]), let rounds = Int(arguments[2]), let seed = UInt64(arguments[3]) else {
            exit(64)
        }
        do {
            say("\(try await all[number].play(arguments[1], rounds, seed))")
        } catch {
            say("\(error)")
            exit(3)
        }
        exit(0)
    }

    private func play(_ path: String, _ rounds: Int, _ seed: UInt64) async throws -> Int {
        switch self {
        case .misdeed(let misdeed): try await Self.stand(beside: misdeed, path, rounds, seed)
        case .queries: try await Self.query(path, rounds, seed)
        case .clash: try await Self.clash(path, rounds, seed)
        case .reports: try await Self.reports(path, rounds, seed)
        case .foreignLock: try await Self.wait(path, rounds, seed)
        }
    }

    private static func store(_ path: String, _ seed: UInt64) async throws -> SQLiteEventStore {
        let store = try await SQLiteEventStore.open(.init(path: path))
        var random = SeededGenerator(seed: seed)
        try await Movement.fill(store, 20, accounts: 3, &random)
        return store
    }

    /// Runs a crowd, and an activity that continues until the crowd is done. Afterwards the store must work, also when
    /// opened again.
    private static func stand(
        _ path: String, _ store: SQLiteEventStore, _ rounds: Int, beside body: @escaping @Sendable (SQLiteEventStore) async throws -> Void
    ) async throws -> Int {
        let answers = Answers()
        let isOver = Flag()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                await Crowd(store: store, answers: answers, rounds: rounds).run(1)
                isOver.raise()
            }
            group.addTask {
                repeat { try await body(store) } while !isOver.isRaised
            }
            try await group.waitForAll()
        }
        await Crowd(store: store, answers: answers, rounds: 2).run(2)
        try await answers.judge(store)
        await store.close()
        try await withSQLiteEventStore(.init(path: path)) { try await answers.judge($0) }
        return answers.count
    }

    private static func stand(beside misdeed: Misdeed, _ path: String, _ rounds: Int, _ seed: UInt64) async throws -> Int {
        try await stand(path, try await store(path, seed), rounds) { store in
            let view = try store.tables(Culprit(misdeed: misdeed))
            do {
                try await ViewRunner(view).catchUp()
                try require(misdeed.isPossible, "the view was brought up to date")
            } catch is FlxError {}
            for generation in try await store.generations(of: Culprit.name) { try await store.dropGeneration(generation.id) }
        }
    }

    private static func query(_ path: String, _ rounds: Int, _ seed: UInt64) async throws -> Int {
        try await stand(path, try await store(path, seed), rounds) { store in
            for sql in Misdeed.statements { try? await store.query { try $0.execute(sql: sql) } }
        }
    }

    /// Two views with a table of the same name. The second view can never be switched in.
    private static func clash(_ path: String, _ rounds: Int, _ seed: UInt64) async throws -> Int {
        let store = try await store(path, seed)
        try await ViewRunner(try store.tables(SumRows())).catchUp()
        try await ViewRunner(try store.tables(Claimant.Before())).catchUp()
        return try await stand(path, store, rounds) { store in
            do {
                try await ViewRunner(try store.tables(Claimant())).rebuild()
                throw Broken("a view took the table of another")
            } catch is FlxError {}
            let rows = try await store.query { try Int.fetchOne($0, sql: "SELECT sum(events) FROM sum_rows") }
            try require(rows == 20, "the rows of the view that had the table first are not its own any more: \(rows as Any)")
        }
    }

    /// Another program has made views and triggers over the tables of a view. The view must be rebuilt nevertheless.
    private static func reports(_ path: String, _ rounds: Int, _ seed: UInt64) async throws -> Int {
        let store = try await store(path, seed)
        try await ViewRunner(try store.tables(SumRows())).catchUp()
        try RawFile(path).execute("""
            CREATE VIEW report AS SELECT account, sum FROM sum_rows; CREATE VIEW second AS SELECT * FROM report;
            CREATE TABLE notes(x); CREATE TRIGGER noted AFTER UPDATE ON sum_rows BEGIN INSERT INTO notes VALUES(1); END;
            """)
        return try await stand(path, store, rounds) { store in try await ViewRunner(try store.tables(SumRows())).rebuild() }
    }

    /// Another program holds the file longer than any caller waits. Each caller must wait its own time, not that of all
    /// earlier callers.
    private static func wait(_ path: String, _ rounds: Int, _ seed: UInt64) async throws -> Int {
        let (store, answers, callers) = (try await store(path, seed), Answers(), 12)
        let file = try RawFile(path)
        try file.execute("BEGIN IMMEDIATE")
        await withTaskGroup(of: Void.self) { group in
            for caller in 0..<callers {
                group.addTask {
                    let event = Event(type: "waits", payload: .none)
                    do throws(FlxError) {
                        answers.note([event], .success(try await store.append([event], to: "waits-\(caller)")), refusedAs: .locked)
                    } catch { answers.note([event], .failure(error), refusedAs: .locked) }
                }
            }
            // Callers waiting one after the other would take a minute.
            let end = ContinuousClock.now + .seconds(20)
            while answers.count < callers, ContinuousClock.now < end { try? await ContinuousClock().sleep(for: .milliseconds(20)) }
            if answers.count < callers {
                answers.complain("\(answers.count) of \(callers) callers were answered while another program held the file")
            }
            try? file.execute("ROLLBACK")
        }
        try require(answers.wrong.isEmpty, answers.wrong.joined(separator: "; "))
        return try await stand(path, store, rounds) { _ in } + callers
    }

    /// Two planted faults must be noticed: a store that loses an acknowledged event, and one that answers two callers
    /// as one.
    static func plants(_ folder: String, _ seed: UInt64) async throws {
        let lost = Answers()
        let place = AppendResult.Place(position: Position(unchecked: 21), version: Version(unchecked: 1), isNew: true)
        lost.note([Event(type: "lost", payload: .none)], .success(AppendResult(places: [place])))
        try await requireBroken("an event that was acknowledged and lost", try await store("\(folder)/lost.db", seed), lost)
        let (joined, answers) = (try await store("\(folder)/joined.db", seed), Answers())
        await Crowd(store: joined, answers: answers, rounds: 2, isJoined: true).run(1)
        try await requireBroken("a caller who was answered with the failure of another", joined, answers)
    }

    private static func requireBroken(_ words: String, _ store: SQLiteEventStore, _ answers: Answers) async throws {
        do {
            try await answers.judge(store)
        } catch is Broken {
            return await store.close()
        }
        throw Broken("\(words) went unnoticed")
    }
}
