import ChildProcesses
import FlxCore
import Foundation
import SharedData
import Testing

/// Events that come by the program are compared with the schemas that the store has.
@Suite struct CheckTests {
    private let folder = TemporaryFolder()
    private let flx: FlxProgram

    init() {
        flx = FlxProgram(store: folder.file("events.db"))
    }

    private func register() async throws {
        let schema = #"{"type":"object","required":["total"],"properties":{"total":{"type":"integer"}}}"#
        try await flx("schema", "add", "order.placed", try folder.write(schema, to: "order.json"))
    }

    @Test func `an append of what does not fit is refused, unless it is asked for`() async throws {
        try await register()
        let append = ["append", "order.placed", "--stream", "order-1", "--data", #"{"total":"12"}"#]
        let refused = try await flx.start(append).end()
        #expect(refused.status == 1 && refused.errors.contains("/total"), "\(refused.errors)")
        #expect(try await flx("info", "--json").json()["events"] == 1)
        #expect(try await flx.start(append + ["--unchecked"]).end().status == 0)
        // A version without a schema is not compared.
        #expect(try await flx.start(append + ["--schema-version", "2"]).end().status == 0)
        #expect(try await flx("read", "--stream", "order-1", "--json").json()[1]?["schemaversion"] == 2)
        try await flx("append", "order.placed", "--stream", "order-1", "--data", #"{"total":12}"#)
    }

    @Test func `lines of an import that do not fit are bad lines`() async throws {
        try await register()
        let lines = [12, 13, 14].map { total in
            #"{"specversion":"1.0","id":"e\#(total)","source":"/t","type":"order.placed","subject":"s","data":{"total":"#
                + (total == 13 ? "\"13\"" : "\(total)") + "}}"
        }.joined(separator: "\n")
        let file = try folder.write(lines, to: "lines.jsonl")
        let refused = try await flx("import", file, expecting: 1)
        #expect(refused.errors.contains(":2:") && refused.errors.contains("/total"))
        #expect(try await flx("info", "--json").json()["events"] == 1)
        let skipped = try await flx("import", file, "--skip-bad", folder.file("bad.jsonl"), "--json", expecting: 2).json()
        #expect(skipped["imported"] == 2 && skipped["bad"] == 1)
        #expect(try await flx("import", file, "--unchecked", "--json").json()["imported"] == 1)
    }

    @Test func `a correction shows what changes, and loses nothing unasked`() async throws {
        let service = InvoiceService(flx: flx)
        let data = #"{"total":"12","customer":{"name":"ann","tags":["a","b"]},"note":null}"#
        try await flx("append", "order.placed", "--stream", "order-1", "--data", data)
        try await service.serve()
        try await register()
        let end = try await flx("info", "--json").json()["lastPosition"]
        func edit(_ data: String, _ words: String...) async throws -> ChildProcess.Ending {
            try await flx.start(["parked", "edit", "invoices", "1", "--data", data, "--dry-run", "--json"] + words).end()
        }
        let whole = try await edit(#"{"total":12,"customer":{"name":"eve","tags":["a","b"]},"note":null,"currency":"EUR"}"#)
        #expect(whole.errors.contains(#"/total: "12" → 12"#) && whole.errors.contains(#"/customer/name: "ann" → "eve""#))
        #expect(whole.errors.contains(#"/currency: not there → "EUR""#) && !whole.errors.contains("tags"))
        let changes = try #require(try whole.json()["changes"]?.array)
        #expect(changes.count == 3 && changes[0] == ["field": "/total", "from": "12", "to": 12])
        for (data, lost) in [
            (#"{"total":12}"#, "/customer"), (#"{"total":12,"customer":{"name":"ann","tags":["a"]},"note":null}"#, "/customer/tags/1"),
            (#"{"total":12,"customer":"ann","note":1}"#, "/customer"),
            (#"{"total":12,"customer":{"name":"ann","tags":["a","b"]}}"#, "/note"),
        ] {
            let refused = try await edit(data)
            #expect(refused.status == 64 && refused.errors.contains("would lose \(lost)"), "\(data): \(refused.errors)")
            #expect(try refused.json()["refusal"]?.string?.contains(lost) == true)
            #expect(try await edit(data, "--force").status == 0)
        }
        let unfit = try await edit(#"{"nonsense":1}"#, "--force")
        #expect(unfit.status == 1 && unfit.errors.contains("total"))
        #expect(try await edit(#"{"nonsense":1}"#, "--force", "--unchecked").status == 0)
        #expect(try await flx("info", "--json").json()["lastPosition"] == end)
    }

    @Test func `a proof reads the newest events, and says how much it read`() async throws {
        try await register()
        var lines = (1...450).map { number in
            #"{"specversion":"1.0","id":"e\#(number)","source":"/t","type":"order.placed","subject":"s","data":{"total":\#(number)}}"#
        }
        lines[448] = lines[448].replacing("{\"total\":449}", with: "{}")
        try await flx("import", "-", "--unchecked", input: lines.joined(separator: "\n"))
        let proof = try await flx("schema", "prove", "--sample", "10", "--json", expecting: 2)
        #expect(try proof.json()[0]?["read"] == 24 && proof.json()[0]?["failed"] == 1 && proof.errors.contains("24 of 450 events read"))
        #expect(try proof.json()[0]?["reason"]?.string?.contains("position 450") == true)
        let all = try await flx("schema", "prove", "--all", expecting: 2)
        #expect(all.errors.contains("450 of 450 events read"))
    }
}
