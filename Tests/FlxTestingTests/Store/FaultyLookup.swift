import FlxCore
import FlxTesting
import Testing

/// One way in which a store can find the wrong event.
enum LookupFault: String, Fault {
    case none
    case findsNothing
    case ignoresCase
    case answersWithTheLast

    var broken: Set<String> { self == .none ? [] : ["lookup.id"] }
    var hanging: Set<String> { [] }
    var isBroad: Bool { false }
}

@Suite("Wrong stores of ids", .serialized)
struct WrongLookupTests {
    @Test("a wrong store is caught by the rule that it breaks", arguments: LookupFault.allCases)
    func isCaught(_ fault: LookupFault) async {
        await expectCaught(
            fault,
            by: { deadline -> [ConformanceRule<any EventStore>] in
                let features = StoreFeatures(capabilities: [.lookup], deadline: deadline, seed: 7)
                return EventStoreRules.all(features).filter { $0.name.contains("lookup") }
            }
        ) { FaultyLookup(fault) }
    }
}

/// The store in memory, which finds events with one fault.
final class FaultyLookup: StoreDouble, EventLookup {
    private let fault: LookupFault
    let inner = MemoryEventStore()

    init(_ fault: LookupFault) { self.fault = fault }

    func event(_ id: EventID) async throws(FlxError) -> RecordedEvent? {
        switch fault {
        case .none: return try await inner.event(id)
        case .findsNothing: return nil
        case .ignoresCase:
            let events = try await inner.read(.all, .forward, limit: 1_000).events
            return events.first { $0.id.description.lowercased() == id.description.lowercased() }
        case .answersWithTheLast:
            if let found = try await inner.event(id) { return found }
            return try await inner.read(.all, .backward, limit: 1).events.first
        }
    }
}
