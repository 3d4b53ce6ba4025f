import FlxCore
import FlxTesting
import Testing

@Suite("Wrong brokers", .serialized)
struct WrongBrokerTests {
    @Test("a wrong broker is caught by the rules that it breaks, and by no others", arguments: BrokerFault.allCases)
    func isCaught(_ fault: BrokerFault) async {
        await expectCaught(fault, by: { BrokerRules.all(BrokerFeatures(deadline: $0, seed: 7)) }) { FaultyBroker(fault) }
    }
}
