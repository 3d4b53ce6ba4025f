import ChildProcesses
import FlxCore
import Foundation
import SharedData
import Testing

/// `flx schema`, run as a process on a store of its own.
@Suite struct SchemaTests {
    private let folder = TemporaryFolder()
    private let flx: FlxProgram

    private static let first = #"{"type":"object","required":["total"],"properties":{"total":{"type":"integer"}}}"#
    private static let wider = #"{"type":"object","required":["total"],"properties":{"total":{"type":"number"}}}"#
    private static let breaking = #"{"type":"object","required":["total","currency"],"properties":{"total":{"type":"integer"}}}"#

    init() {
        flx = FlxProgram(store: folder.file("events.db"))
    }

    @Test func `versions are added once, listed, shown and exported`() async throws {
        let file = try folder.write(Self.first, to: "1.json")
        let added = try await flx("schema", "add", "order.placed", file, "--json").json()
        #expect(added["isNew"] == true && added["version"] == 1 && added["type"] == "order.placed")
        #expect(try await flx("schema", "add", "order.placed", file, "--json").json()["isNew"] == false)
        try await flx("schema", "add", "order.placed", try folder.write(Self.wider, to: "2.json"), "--schema-version", "2")
        let rows = try await flx("schema", "ls", "--json").json()
        #expect(rows.array?.map { $0["version"] } == [1, 2] && rows[0]?["registered"] != nil)
        #expect(try await flx("schema", "show", "order.placed").output == Self.wider + "\n")
        #expect(try await flx("schema", "show", "order.placed", "--schema-version", "1").output == Self.first + "\n")
        let lines = try await flx("schema", "export").lines
        #expect(lines.last == #"{"type":"order.placed","version":2,"schema":\#(Self.wider)}"#[...])
        try await flx("schema", "show", "order.paid", expecting: 2)
        #expect(try await flx("schema", "add", "order.placed", file, "--schema-version", "0", expecting: 64).output.isEmpty)
    }

    @Test func `a change that breaks readers is found before and when it is added`() async throws {
        try await flx("schema", "add", "order.placed", try folder.write(Self.first, to: "1.json"))
        try await flx("schema", "check", "order.placed", try folder.write(Self.wider, to: "2.json"))
        let full = try await flx("schema", "check", "order.placed", folder.file("2.json"), "--keep", "full", "--json", expecting: 2)
        #expect(try full.json()[0]?["breaks"] == "forward")
        #expect(try full.json()[0]?["place"] == "/properties/total")
        let broken = try folder.write(Self.breaking, to: "3.json")
        let check = try await flx("schema", "check", "order.placed", broken, "-o", "plain", expecting: 2)
        #expect(check.output == "backward\t/required\t'currency' may be missing, and readers need it\tyes\t{\"total\":0}\n")
        let refused = try await flx("schema", "add", "order.placed", broken, "--schema-version", "2", expecting: 1)
        #expect(refused.errors.contains("'currency' may be missing"))
        try await flx("schema", "add", "order.placed", broken, "--schema-version", "2", "--keep", "none")
        let diff = try await flx("schema", "diff", "order.placed", "1", "2", "--json")
        #expect(try diff.json().array?.count == 1)
        #expect(diff.errors.contains("forward compatibility"))
        try await flx("schema", "check", "order.placed", folder.file("none.json"), expecting: 64)
        try await flx("schema", "check", "order.paid", broken, expecting: 2)
    }

    @Test func `a change is compared with all versions with which it would be when it is added`() async throws {
        func schema(_ type: String, _ file: String) throws -> String {
            try folder.write(#"{"type":"object","properties":{"total":{"type":"\#(type)"}}}"#, to: file)
        }
        try await flx("schema", "add", "t", try schema("integer", "1.json"))
        try await flx("schema", "add", "t", try folder.write(#"{"type":"object"}"#, to: "2.json"), "--schema-version", "2")
        let again = try schema("string", "3.json")
        let check = try await flx("schema", "check", "t", again, expecting: 2)
        #expect(check.errors.contains("breaks backward compatibility with t v1: 1 reason"))
        try await flx("schema", "add", "t", again, "--schema-version", "3", expecting: 1)
        try await flx("schema", "check", "t", again, "--against", "2")
        let steps = try folder.write(#"[{"from":"t","do":[{"drop":"/total"}]}]"#, to: "steps.json")
        try await flx("schema", "check", "t", again, "--upcasters", steps)
        try await flx("schema", "add", "t", again, "--schema-version", "3", "--upcasters", steps)
    }

    @Test func `versions that upcasters lead to the new one are read through them`() async throws {
        try await flx("schema", "add", "order.placed", try folder.write(Self.first, to: "1.json"))
        let next = try folder.write(Self.breaking, to: "2.json")
        let steps = try folder.write(#"[{"from":"order.placed","do":[{"default":"/currency","value":"EUR"}]}]"#, to: "steps.json")
        let wrong = try folder.write(#"[{"from":"order.placed","do":[{"default":"/note","value":"EUR"}]}]"#, to: "wrong.json")
        try await flx("schema", "check", "order.placed", next, "--upcasters", wrong, expecting: 2)
        #expect(try await !flx("schema", "check", "order.placed", next, "--upcasters", steps).errors.contains("counts as readable"))
        let computed = try folder.write(#"[{"from":"order.placed","do":[{"compute":"/x","by":"text","of":["/y"]}]}]"#, to: "computed.json")
        let guess = try await flx("schema", "check", "order.placed", next, "--upcasters", computed)
        #expect(guess.errors.contains("order.placed v1 counts as readable: the result of the upcasters is known only when they run"))
        try await flx("schema", "add", "order.placed", next, "--schema-version", "2", "--upcasters", wrong, expecting: 1)
        try await flx("schema", "add", "order.placed", next, "--schema-version", "2", "--upcasters", steps)
    }

    @Test func `a change of which nothing is proven is told apart`() async throws {
        try await flx("schema", "add", "note", try folder.write(#"{"type":"string","pattern":"^[ab]+$"}"#, to: "1.json"))
        let next = try folder.write(#"{"type":"string","pattern":"^[abc]+$"}"#, to: "2.json")
        let check = try await flx("schema", "check", "note", next, "--json", expecting: 2)
        #expect(try check.json()[0]?["isProven"] == false)
        #expect(check.errors.contains("is not proven to keep backward compatibility with note v1"))
    }

    @Test func `stored events are proven to fit their schemas`() async throws {
        try await flx("schema", "add", "order.placed", try folder.write(Self.first, to: "1.json"))
        try await flx("append", "order.placed", "--stream", "order-1", "--data", #"{"total":1}"#)
        try await flx("append", "order.paid", "--stream", "order-1", "--data", "{}")
        let proof = try await flx("schema", "prove", "--json").json()
        #expect(proof.array?.map { $0["type"] } == ["order.paid", "order.placed"])
        #expect(proof[1]?["read"] == 1 && proof[1]?["failed"] == 0 && proof[1]?["hasSchema"] == true && proof[0]?["hasSchema"] == false)
        try await flx("schema", "prove", "--strict", expecting: 2)
        try await flx("append", "order.placed", "--stream", "order-2", "--data", #"{"total":"1"}"#, "--unchecked")
        let failed = try await flx("schema", "prove", "--json", expecting: 2).json()
        #expect(failed[1]?["reason"]?.string?.hasPrefix("position 4: /total must be integer") == true)
    }

    @Test func `a schema whose document is missing stops no other, and is found in a folder`() async throws {
        try await flx("schema", "add", "order.placed", try folder.write(Self.first, to: "1.json"))
        try await flx("schema", "add", "note", try folder.write(#"{"$ref":"https://example.org/s/note.json"}"#, to: "2.json"))
        try await flx("append", "order.placed", "--stream", "order-1", "--data", #"{"total":1}"#)
        #expect(try await flx("append", "note", "--stream", "n", "--data", "{}", expecting: 1).errors.contains("note.json"))
        try await flx("append", "note", "--stream", "n", "--data", "{}", "--unchecked")
        let failed = try await flx("schema", "prove", "--json", expecting: 2).json()
        #expect(failed[0]?["hasSchema"] == true && failed[0]?["reason"]?.string?.contains("note.json") == true && failed[1]?["failed"] == 0)
        try FileManager.default.createDirectory(atPath: folder.file("s"), withIntermediateDirectories: true)
        _ = try folder.write(#"{"type":"object"}"#, to: "s/note.json")
        let rule = "https://example.org/s/=\(folder.file("s"))"
        try await flx("append", "note", "--stream", "n", "--data", "{}", "--resolve", rule)
        try await flx("append", "note", "--stream", "n", "--data", "1", "--resolve", rule, expecting: 1)
        try await flx("schema", "prove", "--strict", "--resolve", rule)
        let next = try folder.write(#"{"$ref":"https://example.org/s/note.json","required":["a"]}"#, to: "3.json")
        #expect(try await flx("schema", "check", "note", next, "--resolve", rule, "--json", expecting: 2).json()[0]?["isProven"] == true)
    }

    @Test func `old events are proven and exported as upcasters in a file make them`() async throws {
        try await flx("schema", "add", "order.placed", try folder.write(Self.first, to: "1.json"))
        try await flx("append", "bill.sent", "--stream", "order-1", "--data", #"{"sum":1}"#)
        try await flx("append", "order.placed", "--stream", "order-1", "--data", #"{"total":2}"#)
        try await flx("append", "lot", "--stream", "order-2", "--data", #"{"totals":[3,4]}"#)
        try await flx("schema", "prove", "--strict", expecting: 2)
        let file = try folder.write(
            #"[{"from":"bill.sent","do":[{"rename":"/sum","to":"/total"},{"retype":"order.placed"}]}"#
                + #",{"from":"lot","do":[{"split":"/totals","to":"/total","type":"order.placed"}]}]"#, to: "upcasters.json")
        let proof = try await flx("schema", "prove", "--strict", "--upcasters", file, "--json").json()
        #expect(proof.array?.map { $0["hasSchema"] } == [true, true, true])
        let export = try await flx("export", "--upcasters", file, "--type", "order.placed")
        let lines = try export.lines.map { try EventValue(json: Array($0.utf8)) }
        #expect(lines.map { $0["data"] } == [["total": 1], ["total": 2], ["total": 3], ["total": 4]])
        #expect(lines.allSatisfy { $0["type"] == "order.placed" })
        let table = try await flx("export", "--upcasters", file, "--format", "csv", "--prefix", "order-").output
        #expect(table.split(separator: "\r\n").count == 5)
        let bad = try folder.write(#"[{"from":"a","do":[{"retype":"b"}]},{"from":"b","do":[{"retype":"a"}]}]"#, to: "bad.json")
        #expect(try await flx("export", "--upcasters", bad, expecting: 64).errors.contains("lead back to it"))
        #expect(try await flx("schema", "prove", "--upcasters", folder.file("none.json"), expecting: 64).errors.contains("none.json"))
    }

    @Test func `instances are validated, one line each`() async throws {
        let schema = try folder.write(#"{"properties":{"total":{"$ref":"https://example.org/s/money.json"}}}"#, to: "schema.json")
        try FileManager.default.createDirectory(atPath: folder.file("schemas"), withIntermediateDirectories: true)
        _ = try folder.write(#"{"type":"integer","minimum":0}"#, to: "schemas/money.json")
        let (good, bad) = (try folder.write(#"{"total":1}"#, to: "good.json"), try folder.write(#"{"total":-1}"#, to: "bad.json"))
        let broken = try folder.write("{", to: "broken.json")
        let resolve = "https://example.org/s/=" + folder.file("schemas")
        let run = try await flx("schema", "validate", schema, good, bad, broken, "--resolve", resolve, expecting: 1)
        let lines = try run.lines.map { try EventValue(json: Array($0.utf8)) }
        #expect(lines.map { $0["valid"] } == [true, false, false])
        #expect(lines.map { $0["instance"]?.string } == [good, bad, broken])
        #expect(lines[1]["errors"]?[0]?["instance"] == "/total")
        #expect(lines[1]["errors"]?[0]?["schema"] == "https://example.org/s/money.json#/minimum")
        #expect(lines[0]["errors"] == [])
        let input = try await flx("schema", "validate", schema, "-", "--resolve", resolve, input: #"{"total":2}"#)
        #expect(input.output == #"{"instance":"-","valid":true,"errors":[]}"# + "\n")
        let unresolved = try await flx("schema", "validate", schema, good, expecting: 64)
        #expect(unresolved.errors.contains("nothing is fetched from a network"))
        try await flx("schema", "validate", schema, folder.file("none.json"), "--resolve", resolve, expecting: 64)
        try await flx("schema", "validate", schema, good, "--resolve", "nowhere", expecting: 64)
    }

    @Test func `a reference does not lead out of its folder`() async throws {
        let schema = try folder.write(#"{"$ref":"https://example.org/s/%2e%2e/../../secret.json"}"#, to: "schema.json")
        _ = try folder.write("true", to: "secret.json")
        let good = try folder.write("1", to: "good.json")
        let resolve = "https://example.org/=" + folder.file("schemas")
        let run = try await flx("schema", "validate", schema, good, "--resolve", resolve, expecting: 64)
        #expect(run.output.isEmpty)
    }
}
