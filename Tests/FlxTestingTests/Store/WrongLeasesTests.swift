import FlxCore
import FlxTesting
import Testing

@Suite("Wrong leases", .serialized)
struct WrongLeasesTests {
    private static func rules(_ deadline: Duration) -> [ConformanceRule<any EventStore>] {
        EventStoreRules.all(StoreFeatures(capabilities: [.state], deadline: deadline, seed: 7))
            .filter { $0.name.hasPrefix("lease.") }
    }

    @Test("wrong leases are caught by the rules that they break, and by no others", arguments: LeaseFault.allCases)
    func isCaught(_ fault: LeaseFault) async {
        await expectCaught(fault, by: Self.rules) { FaultyLeases(fault) }
    }
}
