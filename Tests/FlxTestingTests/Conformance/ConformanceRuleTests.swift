import FlxCore
import FlxTesting
import Testing

@Suite("Rules")
struct ConformanceRuleTests {
    @Test("a failure names the rule, the promise and what was seen instead of what")
    func failureIsReadable() async throws {
        struct Closed: EventStore {
            func append(_ writes: [StreamWrite], unless boundary: Boundary?) async throws(FlxError) -> AppendResult { throw error }
            func read(_ selection: Selection, _ direction: ReadDirection, limit: Int) async throws(FlxError) -> Page { throw error }
            func wait(after position: Position) async throws(FlxError) { throw error }
            func lastPosition() async throws(FlxError) -> Position { throw error }
            func close() async {}
            private var error: FlxError { FlxError(.closed, "never open") }
        }
        let features = StoreFeatures(capabilities: [], seed: 42)
        let rule = try #require(EventStoreRules.all(features).first { $0.name == "append.places" })
        let failure = try #require(await #expect(throws: ConformanceFailure.self) { try await rule.check { Closed() } })
        #expect(failure.rule == rule.name && failure.promise == rule.promise && failure.seed == 42)
        #expect(failure.description.contains("never open") && failure.description.contains("42"))
    }

    @Test("a rule of one's own reports like the others")
    func ownRule() async throws {
        struct Broken: Error {}
        let rule = ConformanceRule<Int>("own", "the number is even") { make in
            guard try await make() % 2 == 0 else { throw Broken() }
        }
        try await rule.check { 2 }
        let failure = await #expect(throws: ConformanceFailure.self) { try await rule.check { 3 } }
        #expect(failure?.rule == "own" && failure?.seen.contains("Broken") == true)
    }

    @Test("names are unique, and promises are sentences")
    func namesAreUnique() {
        let stores = EventStoreRules.all(StoreFeatures(reopen: { $0 })).map(\.name)
        #expect(Set(stores).count == stores.count && stores.count > 50)
        let brokers = BrokerRules.all.map(\.name)
        #expect(Set(brokers).count == brokers.count)
    }

    @Test("rules follow the features of a driver")
    func followFeatures() {
        func names(_ features: StoreFeatures) -> Set<String> { Set(EventStoreRules.all(features).map(\.name)) }
        #expect(!names(StoreFeatures(capabilities: [])).contains("views.step"))
        #expect(names(StoreFeatures()).contains("views.step") && !names(StoreFeatures()).contains("reopen.events"))
        #expect(names(StoreFeatures(reopen: { $0 })).contains("reopen.events"))
        #expect(!names(StoreFeatures(fillsPages: false)).contains("read.full-pages"))
    }
}
