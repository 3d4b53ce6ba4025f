import FlxCore
import FlxTesting
import Testing

@Suite("Random events")
struct EventFactoryTests {
    @Test func givesTheSameForTheSameSeed() {
        var (first, second, other) = (EventFactory(seed: 5), EventFactory(seed: 5), EventFactory(seed: 6))
        let events = first.events(50)
        #expect(events == second.events(50))
        #expect(events != other.events(50))
    }

    @Test func hasEveryShape() throws {
        var factory = EventFactory(seed: 1)
        let events = factory.events(400)
        #expect(Set(events.map(\.id)).count == 400)
        #expect(Set(events.map(\.payload.form)).count == 4)
        #expect(Set(events.map(\.type)).count == factory.types.count && Set(events.map(\.stream)).count == factory.streams.count)
        let isOptional: [(Event) -> Bool] = [
            { $0.time == nil }, { $0.correlationID == nil }, { $0.causationID == nil }, { $0.userID == nil }, { $0.trace == nil },
            { $0.tags.isEmpty }, { $0.partitionKey == nil }, { $0.dataSchema == nil }, { $0.extensions.isEmpty }, { $0.id.uuid == nil },
        ]
        for isAbsent in isOptional { #expect((1..<400).contains(events.count(where: isAbsent))) }
        for event in events { try StoreLimits.standard.check(event) }
    }

    @Test func generatesTheNumbersOfItsAlgorithm() {
        // The first numbers of SplitMix64 from the seed 1234567, as its authors' program gives them.
        var random = SeededGenerator(seed: 1_234_567)
        #expect([random.next(), random.next()] == [6_457_827_717_110_365_317, 3_203_168_211_198_807_973])
        let numbers = (0..<1000).map { _ in random.number(in: -2...2) }
        #expect(Set(numbers) == [-2, -1, 0, 1, 2])
        var (left, right) = (random.split(), random.split())
        #expect(left.next() != right.next())
    }
}
