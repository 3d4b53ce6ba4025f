import FlxEvents
import Testing

@Suite struct InMemoryEventBusTests {
    let bus = InMemoryEventBus()

    @Test func itRemembersWhatWasPublished() async throws {
        try await bus.publish(Counted(number: 1))
        try await bus.publish("test.followed", data: ["number": 2])
        #expect(bus.published.map(\.type) == ["test.counted", "test.followed"])
        #expect(try bus.published(Followed.self) == [Followed(number: 2)])
        bus.forget()
        #expect(bus.published.isEmpty)
    }

    @Test func itForgetsTheOldestBeyondItsLimit() async throws {
        let bus = InMemoryEventBus(remembering: 3)
        for number in 1...5 { try await bus.publish(Counted(number: number)) }
        #expect(try bus.published(Counted.self).map(\.number) == [3, 4, 5])
    }

    @Test func itWaitsForWhatIsExpected() async throws {
        async let later = bus.expect(Counted.self, within: .seconds(60)) { $0.number == 3 }
        for number in 1...5 { try await bus.publish(Counted(number: number)) }
        #expect(try await later.number == 3)
        #expect(try await bus.expect(Counted.self, within: .seconds(60)) { $0.number == 1 }.number == 1, "the past counts")
    }

    @Test func itSaysWhatCameInstead() async throws {
        try await bus.publish(Counted(number: 1))
        let error = await #expect(throws: FlxError.self) { try await bus.expect(Followed.self, within: .milliseconds(5)) }
        #expect(error?.code == .deadlineExceeded)
        #expect(error?.message.contains("[test.counted]") == true)
    }
}
