// The log outlives the program that wrote it: here one store writes the file, and another one reads it.
import FlxEvents
import FlxSQLite
import Foundation

struct StepFinished: DomainEvent, Codable {
    static let eventType: EventType = "pipeline.step.finished"
    let pipeline: String
    let seconds: Int
}

let folder = FileManager.default.temporaryDirectory.appending(path: "durable-log-\(UUID())")
try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
defer { try? FileManager.default.removeItem(at: folder) }
let path = folder.appending(path: "events.db").path

func write() async throws {
    let store = try await SQLiteEventStore.open(SQLiteConfiguration(path: path))
    let bus = HybridEventBus(store: store)
    for seconds in [40, 2] {
        try await bus.publish(StepFinished(pipeline: "nightly", seconds: seconds), to: "pipeline-nightly")
    }

    // The id of an event is its identity: sent again, it is not recorded again.
    let event = try Event(StepFinished(pipeline: "weekly", seconds: 300))
    for _ in 1...2 {
        let place = try await store.append([event], to: "pipeline-weekly").places[0]
        print("weekly at position \(place.position), \(place.isNew ? "recorded" : "recorded before")")
    }

    // A stream that is not where the writer thinks it is refuses the append.
    let third = try Event(StepFinished(pipeline: "nightly", seconds: 7))
    do {
        try await store.append([third], to: "pipeline-nightly", expecting: .exactly(1))
    } catch {
        guard error.code == .versionConflict else { throw error }
        print("nightly is at version \(error.actualVersion ?? .none)")
    }
    await store.close()
}

func read() async throws {
    let store = try await SQLiteEventStore.open(.readOnly(path: path))
    for recorded in try await store.read(.all, .forward, limit: 100).events {
        let step = try recorded.event.decode(as: StepFinished.self)
        print("\(recorded.position): \(step.pipeline) version \(recorded.version), \(step.seconds) s")
    }
    let report = try await store.verify { _, _ in }
    print("\(report.events) events verified, \(report.faults.count) faults")
    await store.close()
}

try await write()
try await read()
