import FlxEvents
import FlxSQLite
import Foundation
import GRDB
import Testing

struct Workload: DocumentView {
    struct Document: Codable, Sendable { var steps = 0, seconds = 0 }
    static let name = "workload"

    static func entries(of workload: Document) -> [ViewEntry] { [ViewEntry("seconds", Int64(workload.seconds))] }

    func apply(_ recorded: RecordedEvent, to workloads: inout ViewDraft<Document>) throws -> Bool {
        guard recorded.event.type == StepFinished.eventType else { return false }
        let finished = try recorded.event.decode(as: StepFinished.self)
        workloads[finished.pipeline, default: Document()].steps += 1
        workloads[finished.pipeline, default: Document()].seconds += finished.seconds
        return true
    }
}

struct WorkloadRows: SQLView {
    static let name = "workload-rows"
    static let tables = ["workload"]

    func create(_ tables: SQLTables) throws {
        try tables.execute("CREATE TABLE \(tables["workload"])(pipeline TEXT PRIMARY KEY, seconds INTEGER NOT NULL) WITHOUT ROWID")
    }

    func apply(_ recorded: RecordedEvent, to tables: inout SQLTables) throws -> Bool {
        guard recorded.event.type == StepFinished.eventType else { return false }
        let finished = try recorded.event.decode(as: StepFinished.self)
        try tables.execute(
            """
            INSERT INTO \(tables["workload"])(pipeline, seconds) VALUES(?1, ?2)
            ON CONFLICT(pipeline) DO UPDATE SET seconds = seconds + excluded.seconds
            """, [finished.pipeline, finished.seconds])
        return true
    }
}

@Suite struct RebuildingAViewTests {
    private func fill(_ store: any EventStore) async throws {
        for seconds in [40, 90] {
            try await store.append([Event(StepFinished(pipeline: "nightly", step: "build", seconds: seconds))], to: "pipeline-nightly")
        }
    }

    @Test func `documents are kept, found and rebuilt`() async throws {
        let store = MemoryEventStore()
        try await fill(store)
        let runner = ViewRunner(Workload(), in: store)
        try await runner.catchUp()
        let nightly = try await store.document("nightly", of: Workload.self)
        let busy = try await store.documents(.index("seconds", from: .number(100)), of: Workload.self)
        #expect(nightly?.seconds == 130 && nightly?.steps == 2)
        #expect(busy.count == 1)
        let page = try await store.page(.index("seconds", limit: 20), of: Workload.self, reversed: true)
        #expect(page.entries.map(\.key) == ["nightly"])
        let rebuild = try await runner.rebuild(comparing: .report) { progress in
            print("\(progress.generation.checkpoint) of \(progress.target), \(progress.remaining ?? .zero) left")
        }
        print("switched at \(rebuild.switchPosition), equal: \(rebuild.isEqual ?? false)")
        #expect(rebuild.isEqual == true)
    }

    @Test func `a reader sees its own write, and the past`() async throws {
        let store = MemoryEventStore()
        try await fill(store)
        let bus = HybridEventBus(store: store)
        let group = try SubscriptionGroup(store: store) {
            Subscription(view: Workload())
        }
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            let receipt = try await bus.publish(StepFinished(pipeline: "nightly", step: "test", seconds: 12), to: "pipeline-nightly")
            try await group["view-workload"]?.caughtUp(to: receipt, within: .seconds(60))
            tasks.cancelAll()
        }
        #expect(try await store.document("nightly", of: Workload.self)?.seconds == 142)
        let then = try await store.state(of: TimeSpent(), in: .stream("pipeline-nightly"), upTo: .version(1))
        #expect(then.seconds == ["nightly": 40])
    }

    @Test func `tables are kept in the store's file`() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("flx-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await withSQLiteEventStore(.init(path: folder.path + "/events.db")) { store in
            try await fill(store)
            try await ViewRunner(try store.tables(WorkloadRows())).catchUp()
            let seconds = try await store.query { database in
                try Int.fetchOne(database, sql: "SELECT seconds FROM workload WHERE pipeline = 'nightly'")
            }
            #expect(seconds == 130)
        }
    }
}
