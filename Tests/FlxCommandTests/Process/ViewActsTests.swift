import ChildProcesses
import FlxCore
import FlxEvents
import FlxSQLite
import Foundation
import Logging
import SharedData
import Testing

/// The totals of the orders, each of which must be a number.
private struct Totals: DocumentView {
    struct Document: Codable, Sendable { var sum: Int64 = 0 }
    private struct NoNumber: Error {}
    static let name = "totals"
    static let selection = Selection.prefix("order-")

    func apply(_ recorded: RecordedEvent, to totals: inout ViewDraft<Document>) throws -> Bool {
        guard let total = try recorded.event.value["total"]?.int else { throw NoNumber() }
        totals["all", default: Document()].sum += Int64(total)
        return true
    }
}

/// All texts, in one document.
private struct Texts: DocumentView {
    struct Document: Codable, Sendable { var texts: [String] = [] }
    static let name = "texts"

    func apply(_ recorded: RecordedEvent, to texts: inout ViewDraft<Document>) throws -> Bool {
        texts["all", default: Document()].texts.append(try recorded.event.value.string ?? "")
        return true
    }
}

/// What operators do with a view and the events that it parked, from the shell.
@Suite struct ViewActsTests {
    private let folder = TemporaryFolder()
    private let flx: FlxProgram

    init() { flx = FlxProgram(store: folder.file("events.db")) }

    /// Runs the view until it has seen everything.
    private func serve() async throws -> Int64? {
        try await withSQLiteEventStore(.init(path: flx.store)) { store in
            let silence = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            let group = try SubscriptionGroup(store: store, logger: silence) { Subscription(view: Totals(), onFailure: .park) }
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await group.run() }
                try await eventually {
                    let status = try await group.runners[0].status()
                    return status.lag == 0 && status.checkpoint == status.lastPosition
                }
                tasks.cancelAll()
            }
            return try await store.document("all", of: Totals.self)?.sum
        }
    }

    @Test func `a document of any size is shown as JSON`() async throws {
        let long = String(repeating: "x", count: 700_000)
        for number in 1...2 {
            let line = #"{"specversion":"1.0","id":"\#(number)","source":"/t","type":"t","subject":"s","data":"\#(long)"}"#
            try await flx("import", "-", input: line)
        }
        try await withSQLiteEventStore(.init(path: flx.store)) { store in _ = try await ViewRunner(Texts(), in: store).catchUp() }
        let shown = try await flx("projections", "state", "texts", "all", "--json").output
        let document = try EventValue(json: Array(shown.utf8), limits: .inMemory)[0]?["document"]
        #expect(document?["texts"]?.array?.count == 2)
    }

    @Test func `acts that a view cannot obey are refused before anything is done`() async throws {
        try await InvoiceService(flx: flx).fill()
        #expect(try await serve() == 95)
        let refused = [
            ["subscriptions", "rewind", "view-totals", "--to", "start", "--dry-run"],
            ["subscriptions", "rewind", "view-totals", "--to", "start", "--yes"],
            ["subscriptions", "skip", "view-totals", "--to", "end", "--dry-run"],
            ["parked", "retry", "view-totals", "--all", "--dry-run"], ["parked", "retry", "view-totals", "--all", "--yes"],
        ]
        for arguments in refused {
            let end = try await flx.start(arguments).end()
            #expect(end.status != 0 && end.errors.contains("raise the version"), "\(arguments): \(end.errors)")
        }
        #expect(try await flx("subscriptions", "show", "view-totals", "--json").json()["moveTo"] == .null)
    }

    @Test func `a correction comes to the view at its own place`() async throws {
        try await InvoiceService(flx: flx).fill()
        #expect(try await serve() == 95)
        let arguments = ["parked", "edit", "view-totals", "1", "--data", #"{"total":12}"#, "--yes", "--json"]
        let edit = try await flx.start(arguments).end()
        #expect(edit.status == 0, "\(edit.errors)")
        #expect(try edit.json()["correction"]?.string != nil)
        #expect(try edit.json()["retry"] == false)
        #expect(try await flx("subscriptions", "show", "view-totals", "--json").json()["lag"] == 1)
        #expect(try await serve() == 107)
        try await flx("parked", "discard", "view-totals", "1", "--reason", "corrected", "--yes")
        #expect(try await flx("subscriptions", "show", "view-totals", "--json").json()["parked"] == 1)
    }
}
