import FlxEvents
import FlxTesting
import Testing

/// Chains that are data.
@Suite("Upcasters in files")
struct StoredUpcasterTests {
    private static func list(_ text: String) throws(FlxError) -> [Upcaster] { try Upcaster.list(json: Array(text.utf8)) }

    @Test("Steps say where they lead")
    func targets() throws {
        let steps = try Self.list(
            """
            [{"from":"bill","do":[{"retype":"invoice"}]},{"from":"invoice","version":1,"do":[{"default":"/currency","value":"EUR"}]},
             {"from":"order","version":2,"do":[{"retype":null,"version":7}]},
             {"from":"lot","do":[{"split":"/lines","to":"/line","type":"line"}]}]
            """)
        #expect(steps.map(\.source.description) == ["bill v1", "invoice v1", "order v2", "lot v1"])
        #expect(steps.map { $0.targets.map(\.description) } == [["invoice v1"], ["invoice v2"], ["order v7"], ["line v1"]])
    }

    @Test("They are applied as others are, and split too", arguments: ContentType.allCases)
    func applied(content: ContentType) async throws {
        let chain = try UpcasterChain(
            try Self.list(
                """
                [{"from":"bill","do":[{"rename":"/sum","to":"/total"},{"retype":"invoice"}]},
                 {"from":"invoice","do":[{"default":"/currency","value":"EUR"}]},
                 {"from":"lot","do":[{"split":"/lines","to":"/line","type":"line"}]}]
                """))
        let log = MemoryEventStore()
        try await log.append(
            [
                Event(type: "bill", data: ["sum": 1]).converted(to: content),
                Event(type: "lot", data: ["lines": [1, 2]]).converted(to: content),
            ], to: "s")
        let events = try await EvolvingStore(log, upcasters: chain).read(.all, .forward, limit: 9).events
        #expect(events.map(\.event.type) == ["invoice", "line", "line"])
        #expect(events.map(\.event.schemaVersion) == [2, 1, 1])
        #expect(events.map(\.position) == [1, 2, 2])
        #expect(Set(events.map(\.id)).count == 3)
        #expect(try events.map { try $0.event.payload.value() } == [["total": 1, "currency": "EUR"], ["line": 1], ["line": 2]])
        #expect(events.allSatisfy { $0.event.payload.type == content })
    }

    @Test(
        "What is no chain is refused, with the step that is wrong",
        arguments: [
            ("{}", "an array"), ("[1]", "upcaster 1: it is no object"), (#"[{"do":[]}]"#, "'from' must be"),
            (#"[{"from":"a","version":0,"do":[]}]"#, "'version' must be 1 or more"), (#"[{"from":"a"}]"#, "'do' is missing"),
            (#"[{"from":"a","do":[{"drop":1}]}]"#, "upcaster 1: step 1"), (#"[{"from":"a","to":"b","do":[]}]"#, "'to' is not known"),
            (#"[{"from":"a","do":[{"when":"a","do":[{"retype":"b"}]}]}]"#, "'when' cannot change the type"),
        ])
    func refused(text: String, reason: String) {
        let error = #expect(throws: FlxError.self) { try Self.list(text) }
        #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
    }

    @Test(
        "A step that does not what it says fails when it is applied",
        arguments: [
            (#"{"set":"type","value":"c"}"#, "it made c v2"), (#"{"set":"subject","value":"other"}"#, "changes the stream"),
        ])
    func unfit(step: String, reason: String) async throws {
        let chain = try UpcasterChain(try Self.list(#"[{"from":"a","do":[\#(step)]}]"#))
        let log = MemoryEventStore()
        try await log.append([Event(type: "a", data: [:])], to: "s")
        let error = await #expect(throws: FlxError.self) {
            try await EvolvingStore(log, upcasters: chain).read(.all, .forward, limit: 9)
        }
        #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
    }
}
