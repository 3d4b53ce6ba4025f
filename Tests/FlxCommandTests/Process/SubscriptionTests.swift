import ChildProcesses
import FlxCore
import FlxSQLite
import Foundation
import SharedData
import Testing

/// What operators do with subscriptions and parked events, from the shell, while the service is down.
@Suite struct SubscriptionTests {
    private let folder = TemporaryFolder()
    private let flx: FlxProgram

    init() {
        flx = FlxProgram(store: folder.file("events.db"))
    }

    @discardableResult
    private func serve() async throws -> [Int64] { try await InvoiceService(flx: flx).serve() }
    private func fill() async throws { try await InvoiceService(flx: flx).fill() }

    @Test func `subscriptions are listed with what waits and why`() async throws {
        try await fill()
        #expect(try await serve() == [2, 4])
        try await flx("append", "order.placed", "--stream", "order-2", "--data", #"{"total":1}"#)
        let row = try #require(try await flx("subscriptions", "ls", "--json").json()[0])
        #expect(row["subscription"] == "invoices" && row["version"] == 4 && row["lag"] == 1 && row["parked"] == 2)
        #expect(row["reason"] == "no process runs it" && row["lagSeconds"]?.double ?? -1 >= 0)
        #expect(try await flx("subscriptions", "ls").output.hasPrefix("invoices\t"))
        #expect(try await flx("subscriptions", "show", "invoices", "--json").json()["lag"] == 1)
        try await flx("subscriptions", "show", "nobody", expecting: 2)
    }

    @Test func `many parked events are listed up to the limit`() async throws {
        let lines = (1...120).map { number in
            let head = #""specversion":"1.0","id":"\#(number)","source":"/t","type":"order.placed","subject":"order-\#(number)""#
            return #"{\#(head),"data":{"total":\#(number % 2 == 0 ? "\(number)" : "\"x\"")}}"#
        }
        try await flx("import", "-", input: lines.joined(separator: "\n"))
        try await serve()
        for (limit, count) in [("1", 1), ("49", 49), ("50", 50), ("59", 59), ("60", 60), ("61", 60), ("\(Int.max)", 60)] {
            let run = try await flx("parked", "ls", "invoices", "--limit", limit, "--json")
            let positions = try run.json().array?.compactMap { $0["position"]?.int }
            #expect(positions == (0..<count).map { 2 * $0 + 1 } && run.errors.contains("there are more") == (count < 60), "limit \(limit)")
        }
    }

    @Test func `a pause holds the service until it is resumed`() async throws {
        try await fill()
        try await serve()
        let paused = try await flx("subscriptions", "pause", "invoices", "--operator", "ops", "--reason", "stocktaking", "--json").json()
        #expect(paused["pausedBy"] == "ops" && paused["pauseReason"] == "stocktaking")
        try await flx("append", "order.placed", "--stream", "order-2", "--data", #"{"total":1}"#)
        #expect(try await serve() == [])
        #expect(try await flx("subscriptions", "show", "invoices").output.contains("paused by ops"))
        try await flx("subscriptions", "resume", "invoices")
        #expect(try await serve().count == 1)
    }

    @Test func `a rewind hands events out again, a skip passes over them`() async throws {
        try await fill()
        try await serve()
        try await flx("subscriptions", "rewind", "invoices", "--to", "1", expecting: 64)
        let dry = try await flx("subscriptions", "rewind", "invoices", "--to", "1", "--dry-run")
        #expect(dry.errors.contains("repeats the events after position 1"))
        try await flx("subscriptions", "rewind", "invoices", "--to", "9999", "--yes", expecting: 64)
        try await flx("subscriptions", "skip", "invoices", "--to", "1", "--yes", expecting: 64)
        try await flx("subscriptions", "rewind", "invoices", "--to", "1", "--yes")
        #expect(try await serve() == [2, 4])
        try await flx("append", "order.placed", "--stream", "order-2", "--data", #"{"total":1}"#)
        try await flx("subscriptions", "skip", "invoices", "--to", "end", "--yes")
        #expect(try await serve() == [])
    }

    @Test func `parked events are listed, shown and grouped`() async throws {
        try await fill()
        try await serve()
        let events = try #require(try await flx("parked", "ls", "--json").json().array)
        #expect(events.map { $0["position"] } == [1, 3] && events.allSatisfy { $0["subscription"] == "invoices" && $0["codeVersion"] == 4 })
        let groups = try #require(try await flx("parked", "ls", "invoices", "--groups", "--json").json().array)
        #expect(groups.count == 1 && groups[0]["events"] == 2)
        let group = try #require(groups[0]["group"]?.string)
        #expect(try await flx("parked", "ls", "--group", group).lines.count == 2)
        let shown = try await flx("parked", "show", "invoices", "1", "--json").json()
        #expect(shown["event"]?["data"]?["total"] == "12" && shown["attempts"] == 1)
        try await flx("parked", "show", "invoices", "2", expecting: 2)
    }

    @Test func `an event is corrected and retried, another discarded`() async throws {
        try await fill()
        try await serve()
        try await flx("parked", "edit", "invoices", "1", "--data", #"{"total":12}"#, expecting: 64)
        let arguments = ["parked", "edit", "invoices", "1", "--data", #"{"total":12}"#, "--operator", "ops", "--yes", "--json"]
        let edit = try await flx.start(arguments).end().json()
        #expect(edit["correction"]?.string != nil && edit["retry"] == true)
        try await flx("parked", "discard", "invoices", "3", "--yes", expecting: 64)
        try await flx("parked", "discard", "invoices", "3", "--reason", "a test order", "--operator", "ops", "--yes")
        #expect(try await serve().count == 1)
        #expect(try await flx("parked", "ls", "--json").json() == [])
        let acts = try await flx("read", "--stream", "flx-subscription-invoices", "-o", "plain").output
        #expect(acts.contains("flx.parked.edited") && acts.contains("flx.parked.discarded") && acts.contains("flx.parked.retry.requested"))
        // What users read has no system streams, unless they are asked for; an export has them.
        for command in [["read", "--all"], ["tail", "-n", "99"], ["events", "ls", "--type", "flx.#"]] {
            #expect(try await !flx.start(command).end().output.contains("flx.parked"), "\(command)")
        }
        let found = try #require(try await flx("read", "--prefix", "flx-", "--type", "flx.parked.edited", "--json").json().array)
        let place = try #require(found.first?["flxposition"]?.string)
        #expect(try await flx("events", "get", place, "--json").json()["type"] == "flx.parked.edited")
        #expect(try await flx("export").output.contains("flx.parked.edited"))
        let log = try await flx("read", "--stream", "order-1", "--json").json()
        #expect(log[4]?["causationid"] == log[0]?["id"] && log[4]?["data"]?["total"] == 12)
    }

    @Test func `a retry is asked for, and refused without a choice`() async throws {
        try await fill()
        try await serve()
        try await flx("parked", "retry", "invoices", "--yes", expecting: 64)
        let dry = try await flx("parked", "retry", "invoices", "--all", "--dry-run", "--json").json()
        #expect(dry["events"] == 2 && dry["done"] == false)
        let asked = try await flx("parked", "retry", "invoices", "1", "--rate", "100", "--yes", "--json").json()
        #expect(asked["events"] == 1 && asked["done"] == true)
        try await serve()
        let events = try #require(try await flx("parked", "ls", "--json").json().array)
        #expect(events.map { $0["attempts"] } == [2, 1])
        try await flx("parked", "retry", "invoices", "2", "--yes", expecting: 2)
    }

    @Test func `a retry is followed until it ends`() async throws {
        try await fill()
        try await serve()
        let correction = ["parked", "edit", "invoices", "1", "--data", #"{"total":12}"#, "--no-retry", "--yes"]
        #expect(try await flx.start(correction).end().status == 0)
        async let followed = flx.start(["parked", "retry", "invoices", "--all", "--yes", "--wait", "--json"]).end()
        try await eventually {
            let retries = (try? await flx("read", "--prefix", "flx-", "--type", "flx.parked.retry.requested", "--json").json())?.array
            return retries?.isEmpty == false
        }
        // The service starts while the shell looks on.
        try await eventually { (try? await serve()) != nil }
        let end = try await followed
        let sheet = try end.json()
        #expect(end.status == 2 && sheet["ended"] == true && sheet["stopped"] == false)
        #expect(sheet["handled"] == 1 && sheet["failed"] == 1 && sheet["skipped"] == 0)
        #expect(end.errors.contains("failed again"))
    }

    @Test func `nobody waits for a service that is not there, and a retry is stopped`() async throws {
        try await fill()
        try await serve()
        try await flx("parked", "stop", "invoices", expecting: 2)
        let asked = try await flx("parked", "retry", "invoices", "--all", "--yes", "--wait", "--json", expecting: 1)
        #expect(try asked.json()["ended"] == false && asked.errors.contains("no process has the store"))
        #expect(try await flx("parked", "stop", "invoices", "--json").json()["retries"] == 1)
        try await flx("parked", "stop", "invoices", expecting: 2)
        #expect(try await serve() == [])
        let events = try #require(try await flx("parked", "ls", "--json").json().array)
        #expect(events.map { $0["attempts"] } == [1, 1], "a stopped retry tries nothing")
    }

    @Test func `a retry that is looked at no longer is asked for all the same`() async throws {
        try await fill()
        try await serve()
        for attempt in 1...20 {
            let following = try flx.start(["parked", "retry", "invoices", "--all", "--yes", "--wait", "--json", "--lock-timeout", "60"])
            try await eventually {
                let asked = Selection(.everything, .events("flx.parked.retry.requested"))
                let requests = try await withSQLiteEventStore(.readOnly(path: flx.store)) {
                    try await $0.read(asked, .forward(after: .start), limit: 30).events
                }
                return requests.count >= attempt || following.hasEnded
            }
            // The store is closed again: what follows only looks. It looks no longer by itself when nobody has the store to write, so
            // somebody has.
            var held: SQLiteEventStore?
            try await eventually {
                held = try? await SQLiteEventStore.open(.init(path: flx.store))
                return held != nil || following.hasEnded
            }
            following.send(SIGINT)
            let end = try await following.end()
            await held?.close()
            // On a busy machine it looked first, before somebody had the store.
            guard end.status == 130 || attempt == 20 else { continue }
            let sheet = try end.json()
            #expect(end.status == 130 && end.errors.contains("interrupted") && !end.errors.contains("Error"), "\(end.errors)")
            #expect(sheet["done"] == true && sheet["ended"]?.isNull == true && sheet["request"]?.int != nil)
            #expect(try await flx("parked", "stop", "invoices", "--json").json()["retries"]?.int == attempt)
            return
        }
    }

    @Test func `a running service is looked at, and acts are refused`() async throws {
        try await fill()
        try await serve()
        try await withSQLiteEventStore(.init(path: flx.store)) { _ in
            try await flx("subscriptions", "ls")
            try await flx("subscriptions", "pause", "invoices", "--lock-timeout", "0", expecting: 69)
            let refused = try await flx(
                "parked", "discard", "invoices", "--all", "--reason", "r", "--yes", "--lock-timeout", "0", "--json", expecting: 69)
            #expect(try refused.json()["done"] == false)
        }
    }
}
