import FlxCore
import FlxTesting
import Testing

@Suite("Wrong records beside the log", .serialized)
struct WrongStateTests {
    private static func rules(_ deadline: Duration) -> [ConformanceRule<any EventStore>] {
        EventStoreRules.all(StoreFeatures(capabilities: [.state], deadline: deadline, seed: 7))
            .filter { $0.name.hasPrefix("state.") || $0.name.hasPrefix("timers.") }
    }

    @Test("wrong records are caught by the rules that they break, and by no others", arguments: StateFault.allCases)
    func isCaught(_ fault: StateFault) async {
        await expectCaught(fault, by: Self.rules) { FaultyState(fault) }
    }
}
