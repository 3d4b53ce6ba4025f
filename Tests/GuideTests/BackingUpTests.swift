import FlxEvents
import FlxSQLite
import Foundation
import Testing

@Suite struct BackingUpTests {
    @Test func `backups of both kinds, a restore to a time, and a copy`() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("flx-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let store = try await SQLiteEventStore.open(SQLiteConfiguration(path: "\(folder)/store.db"))
        try await store.append([Event(StepFinished(pipeline: "nightly", step: "load", seconds: 40))], to: "pipeline-nightly")
        try FileManager.default.createDirectory(atPath: "\(folder)/backups", withIntermediateDirectories: true)
        try await Self.backUp(store, in: "\(folder)/backups")
        let moment = try #require(try await store.read(.all, .backward, limit: 1).events.first?.recordedTime)
        try await store.append([Event(StepFinished(pipeline: "nightly", step: "load", seconds: 2))], to: "pipeline-nightly")
        let restored = try await Self.restore("\(folder)/backups", moment)
        #expect(restored.events == 1 && restored.droppedCheckpoints.isEmpty)
        let target = MemoryEventStore()
        #expect(try await Self.move(store, target).copied == 2)
        await store.close()
    }

    static func backUp(_ store: SQLiteEventStore, in folder: String) async throws {
        let report = try await store.backup(to: "\(folder)/events.db")
        let archived = try await store.archive(into: "\(folder)/events")
        print("\(report.events) events in the file, \(archived.added) new ones in the archive")
        #expect(report.events == 1 && archived.added == 1)
    }

    static func restore(_ folder: String, _ moment: Timestamp) async throws -> RestoreReport {
        let restored = try await SQLiteEventStore.restore("\(folder)/events", to: "\(folder)/before.db", upTo: .time(moment))
        return restored
    }

    static func move(_ store: SQLiteEventStore, _ target: MemoryEventStore) async throws -> CopyReport {
        let copied = try await StoreCopy(from: store, to: target).run()
        precondition(copied.isSame)
        try await CheckpointCopy(from: store, to: target).run(after: copied)
        return copied
    }
}
