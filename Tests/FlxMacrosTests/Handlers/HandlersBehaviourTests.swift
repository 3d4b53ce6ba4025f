import FlxMacros
import Synchronization
import Testing

/// What happened, in order, as one value shared by handlers.
private final class Journal: Sendable {
    private let lines = Mutex<[String]>([])

    func note(_ line: String) { lines.withLock { $0.append(line) } }
    var all: [String] { lines.withLock { $0 } }
}

private enum Office {
    @Event("office.letter.received")
    fileprivate struct LetterReceived {
        var from: String
    }

    @Event("office.letter.sent")
    fileprivate struct LetterSent {
        var to: String
    }

    fileprivate struct Lost: Error {}

    @EventHandlers
    fileprivate struct Clerk {
        let journal: Journal

        @Handles func file(_ event: LetterReceived) { journal.note("filed \(event.from)") }

        @Handles(options: HandlerOptions(retry: .immediate(attempts: 2)))
        func answer(received event: LetterReceived, _ envelope: Event) async throws {
            journal.note("answered \(event.from) in \(envelope.source)")
            throw Lost()
        }

        @Handles("office.#") func watch(_ event: Event) throws { journal.note("saw \(event.type)") }
    }

    @EventHandlers
    fileprivate actor Counter {
        private(set) var received = 0
        private(set) var sent = 0

        @Handles func count(_ event: LetterReceived) { received += 1 }
        @Handles func count(_ event: LetterSent) async { sent += 1 }
    }
}

@Suite struct HandlersBehaviourTests {
    @Test func `marked methods are called for their events`() async throws {
        let bus = InMemoryEventBus()
        let journal = Journal()
        var registry = EventHandlerRegistry()
        registry.register(Office.Clerk(journal: journal))
        let subscriptions = try registry.subscribeAll(to: bus)
        #expect(subscriptions.map(\.name) == ["Clerk.file", "Clerk.answer", "Clerk.watch"])

        let receipt = try await bus.publish(Office.LetterReceived(from: "Store"))
        try await bus.publish(Office.LetterSent(to: "Counter"))
        #expect(
            journal.all == [
                "filed Store", "answered Store in /flx", "answered Store in /flx", "saw office.letter.received", "saw office.letter.sent",
            ])
        #expect(receipt.failures.map(\.handler) == ["Clerk.answer"])
    }

    @Test func `an actor's methods are handlers of their types`() async throws {
        let bus = InMemoryEventBus()
        let counter = Office.Counter()
        var registry = EventHandlerRegistry()
        registry.register(counter)
        let subscriptions = try registry.subscribeAll(to: bus)
        #expect(subscriptions.map(\.name) == ["Counter.count(LetterReceived)", "Counter.count(LetterSent)"])
        try await bus.publish([Office.LetterReceived(from: "Store"), Office.LetterReceived(from: "Counter")])
        try await bus.publish(Office.LetterSent(to: "Store"))
        #expect(await counter.received == 2)
        #expect(await counter.sent == 1)
    }

    @Test func `handlers that need no arguments are found`() {
        let found = EventHandlerRegistry.discovered().handlers.map(\.name)
        #expect(found.contains("Counter.count(LetterSent)"))
        #expect(!found.contains("Clerk.file"))
    }
}
