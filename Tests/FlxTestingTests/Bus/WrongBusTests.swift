import FlxEvents
import FlxTesting
import Testing

@Suite("Wrong buses", .serialized)
struct WrongBusTests {
    @Test("a wrong bus is caught by the rules that it breaks, and by no others", arguments: BusFault.allCases)
    func isCaught(_ fault: BusFault) async {
        await expectCaught(fault, by: { EventBusRules.all(BusFeatures(deadline: $0, seed: 7)) }) { FaultyBus(fault) }
    }
}
