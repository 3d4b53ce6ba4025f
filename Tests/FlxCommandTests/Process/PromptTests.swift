import ChildProcesses
import FlxCore
import Foundation
import SharedData
import Testing

/// What happens while an act waits for a person's answer, at a terminal.
@Suite struct PromptTests {
    private let folder = TemporaryFolder()
    private let flx: FlxProgram
    private let service: InvoiceService

    init() {
        flx = FlxProgram(store: folder.file("events.db"))
        service = InvoiceService(flx: flx)
    }

    /// Starts an act, and returns when it asks.
    private func ask(_ arguments: [String]) async throws -> ChildProcess {
        let process = try flx.start(arguments, input: .terminal)
        try await eventually { process.errors.contains("Go on? [y/N]") || process.hasEnded }
        #expect(!process.hasEnded, "\(arguments): \(process.errors)")
        return process
    }

    static let acts = [
        ["parked", "discard", "invoices", "--all", "--reason", "r"], ["parked", "retry", "invoices", "--all", "--no-wait"],
        ["parked", "edit", "invoices", "1", "--data", #"{"total":12}"#], ["subscriptions", "rewind", "invoices", "--to", "start"],
        ["subscriptions", "skip", "invoices", "--to", "end"], ["snapshots", "drop"], ["repair", "--views"],
    ]

    @Test func `an interrupt ends it with nothing done, and so does a signal`() async throws {
        try await service.fill()
        try await service.serve()
        try await flx("projections", "rebuild", "types")
        let before = try await flx("export").output
        for act in Self.acts {
            for word in ["\u{3}", "SIGTERM"] {
                let process = try await ask(act + ["--json"])
                if word == "SIGTERM" { process.send(SIGTERM) } else { try await process.write(word) }
                let end = try await process.end()
                #expect(end.status == 130, "\(act): \(end.errors)")
                let document = try end.json()
                #expect(document["refusal"] == "interrupted" && document[act[0] == "repair" ? "changed" : "done"] == false, "\(act)")
            }
        }
        #expect(try await flx("export").output == before)
        #expect(try await flx("read", "--stream", "flx-subscription-invoices", "--type", "flx.parked.#").output.isEmpty)
        #expect(try await flx("projections", "ls", "--json").json()[0]?["view"] == "types")
    }

    @Test func `the answer counts: yes acts, everything else does not`() async throws {
        try await service.fill()
        try await service.serve()
        for answer in ["n\n", "\n", "\u{4}", "yesterday\n"] {
            let process = try await ask(["parked", "discard", "invoices", "1", "--reason", "r", "--json"])
            try await process.write(answer)
            let end = try await process.end()
            #expect(end.status == 1 && end.errors.contains("nothing was done"))
            #expect(try end.json()["done"] == false)
        }
        let process = try await ask(["parked", "discard", "invoices", "1", "--reason", "r", "--json"])
        try await process.write("Y\n")
        let end = try await process.end()
        #expect(try end.status == 0 && end.json()["done"] == true)
        #expect(try await flx("parked", "ls", "--json").json().array?.count == 1)
    }

    @Test func `a repair that would mend something else than it announced mends nothing`() async throws {
        try await flx("append", "t", "--stream", "s")
        try await flx("projections", "rebuild", "types")
        let repair = try await ask(["repair", "--views", "--json"])
        try await flx("projections", "rebuild", "streams")
        try await repair.write("y\n")
        let end = try await repair.end()
        #expect(end.status == 1 && end.errors.contains("has changed since it was looked at"), "\(end.errors)")
        #expect(try end.json()["changed"] == false)
        #expect(try await flx("projections", "ls", "--json").json().array?.count == 2)
    }

    @Test func `after an error of the repair itself it is unknown whether something was changed`() async throws {
        try await flx("append", "t", "--stream", "s")
        try await flx("projections", "rebuild", "types")
        let repair = try await ask(["repair", "--views", "--json"])
        try Data(repeating: 1, count: 8192).write(to: URL(fileURLWithPath: flx.store))
        try await repair.write("y\n")
        let document = try await repair.end().json()
        #expect(document["changed"] == .null && document["refusal"]?.string != nil, "\(document)")
    }

    @Test func `a prompt holds no lock, and what changed meanwhile is not touched`() async throws {
        try await service.fill()
        try await service.serve()
        let discard = try await ask(["parked", "discard", "invoices", "--all", "--reason", "r", "--json"])
        let skip = try await ask(["subscriptions", "skip", "invoices", "--to", "end", "--json"])
        try await flx("append", "order.placed", "--stream", "order-1", "--data", #"{"total":"x"}"#, "--lock-timeout", "0")
        try await service.serve()
        for process in [discard, skip] {
            try await process.write("y\n")
            let end = try await process.end()
            #expect(end.status == 1 && end.errors.contains("has changed since it was looked at"))
            #expect(try end.json()["done"] == false)
        }
        #expect(try await flx("parked", "ls", "--json").json().array?.count == 3)
    }
}
