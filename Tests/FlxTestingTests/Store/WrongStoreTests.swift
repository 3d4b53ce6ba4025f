import FlxCore
import FlxTesting
import Testing

@Suite("Wrong stores", .serialized)
struct WrongStoreTests {
    /// Small limits and a fixed seed: every run makes the same calls.
    private static func features(_ deadline: Duration) -> StoreFeatures {
        var limits = StoreLimits()
        (limits.eventBytes, limits.appendBytes, limits.pageBytes) = (32 << 10, 128 << 10, 256 << 10)
        (limits.appendEvents, limits.tags, limits.extensions) = (500, 16, 16)
        limits.boundaryTerms = 64
        let medium = FailingMedium(ways: 2) { store, way in
            (store as? FaultyStore)?.fail(way)
        } afterCrash: { store in
            (store as? FaultyStore)?.copied() ?? store
        }
        return StoreFeatures(capabilities: [], limits: limits, deadline: deadline, seed: 7, medium: medium)
    }

    @Test("a wrong store is caught by the rules that it breaks, and by no others", arguments: StoreFault.allCases)
    func isCaught(_ fault: StoreFault) async {
        let limits = Self.features(.zero).limits
        await expectCaught(fault, by: { deadline in
            // What reads the log for something else is tried by itself.
            EventStoreRules.all(Self.features(deadline)).filter { rule in
                !["lookup", "directory", "statistics", "close.capabilities", "system.directory"].contains { rule.name.hasPrefix($0) }
            }
        }) { FaultyStore(fault, limits: limits) }
    }
}
