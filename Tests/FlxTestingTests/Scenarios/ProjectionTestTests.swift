import FlxCore
import FlxEvents
import FlxTesting
import Testing

@Suite("Given, when, then")
struct ProjectionTestTests {
    private struct Deposited: DomainEvent {
        static let eventType: EventType = "account.deposited"
        var amount: Int64

        init(_ amount: Int64) { self.amount = amount }
        init(json: inout JSONReader) throws(FlxError) { amount = try Int64(json: &json) }
        func write(to json: inout JSONWriter) { amount.write(to: &json) }
    }

    private struct Balance: Projection {
        static let name = "balance"
        var total: Int64 = 0
        var versions: [Int64] = []

        mutating func apply(_ recorded: RecordedEvent) throws -> Bool {
            guard recorded.event.type == Deposited.eventType else { return false }
            let amount = try recorded.event.decode(as: Deposited.self).amount
            guard amount >= 0 else { throw FlxError(.invalidValue, "a deposit is 0 or more") }
            total += amount
            versions.append(recorded.version.value)
            return true
        }
    }

    private let start = ProjectionTest(Balance())

    @Test func foldsWhatIsGiven() throws {
        let test = try start.given(Deposited(10), Deposited(5)).when(Deposited(1)).thenHandled()
            .then("16 in all") { $0.total == 16 }.then { $0.versions == [1, 2, 3] }
        #expect(test.projection.total == 16)
    }

    @Test func sharesABeginning() throws {
        let rich = try start.given(Deposited(1000))
        try rich.when(Deposited(1)).then { $0.total == 1001 }
        try rich.when(Deposited(2)).then { $0.total == 1002 }
        #expect(rich.projection.total == 1000)
    }

    @Test func tellsWhatIsNotHandled() throws {
        try start.when(Event(type: "account.closed")).thenHandled(false).then { $0.total == 0 }
        #expect(throws: ScenarioFailure.self) { try start.when(Event(type: "account.closed")).thenHandled() }
        #expect(throws: ScenarioFailure.self) { try start.thenHandled() }
    }

    @Test func failsWithTheEventsAndTheState() throws {
        let failure = try #require(
            #expect(throws: ScenarioFailure.self) { try start.given(Deposited(10)).then("no money") { $0.total == 0 } })
        #expect(failure.description.contains("no money") && failure.description.contains("account.deposited 10"))
        #expect(failure.seen.contains("total: 10"))
    }

    @Test func expectsFailuresOfTheProjection() throws {
        try start.given(Deposited(10)).when(Deposited(-1)).thenFails { ($0 as? FlxError)?.code == .invalidValue }
        #expect(throws: ScenarioFailure.self) { try start.given(Deposited(-1)) }
        #expect(throws: ScenarioFailure.self) { try start.when(Deposited(1)).thenFails() }
        #expect(throws: ScenarioFailure.self) { try start.when(Deposited(-1)).then { _ in true } }
    }
}
