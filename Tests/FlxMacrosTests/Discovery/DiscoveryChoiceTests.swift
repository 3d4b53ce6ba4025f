import FlxMacros
import SwiftSyntaxMacrosGenericTestSupport
import Testing

/// A global actor by another name than macros know.
@globalActor
private actor Desk {
    static let shared = Desk()
}

private class Named {
    let name: String
    init(name: String) { self.name = name }
}

private enum Office {
    @Event("office.hidden", discovered: false)
    fileprivate struct Hidden {}

    @Event("office.shown", discovered: true)
    fileprivate struct Shown {}

    @Projection("office-hidden", discovered: false)
    fileprivate struct HiddenFold {
        func on(_ event: Hidden) {}
    }

    /// Cannot be made without arguments, which no macro sees.
    @EventHandlers(discovered: false)
    fileprivate final class Clerk: Named, @unchecked Sendable {
        @Handles func file(_ event: Hidden) {}
    }

    /// Lives on an actor, which no macro sees either.
    @Desk @EventHandlers(discovered: false)
    fileprivate final class Porter {
        private(set) var count = 0
        @Handles func `open up`(_ event: Hidden) async { count += 1 }
    }

    @EventHandlers
    fileprivate struct Guard {
        @MainActor init() {}
        @Handles func watch(_ event: Shown, _ envelope: FlxEvents.Event) throws(Never) {}
    }

    @Projection("office-conditional")
    fileprivate struct Conditional {
        #if true
            let limit: Int
        #endif
        func on(_ event: Shown) {}
    }
}

@Suite struct DiscoveryChoiceTests {
    @Test func `what says so is not found, and can be registered`() async throws {
        let found = EventHandlerRegistry.discovered()
        #expect(found.eventTypes.contains { $0 == Office.Shown.self })
        #expect(!found.eventTypes.contains { $0 == Office.Hidden.self })
        #expect(!found.projections.contains { $0 is Office.HiddenFold || $0 is Office.Conditional })
        #expect(!found.handlers.contains { ["Clerk.file", "Porter.open up", "Guard.watch"].contains($0.name) })

        var registry = EventHandlerRegistry()
        let porter = Office.Porter()
        registry.register(porter)
        registry.register(Office.Clerk(name: "A"))
        registry.register(Office.HiddenFold())
        #expect(registry.handlers.map(\.name) == ["Porter.open up", "Clerk.file"])
        let bus = InMemoryEventBus()
        _ = try registry.subscribeAll(to: bus)
        try await bus.publish(Office.Hidden())
        #expect(await porter.count == 1)
        _ = (Office.Conditional(limit: 1), await Office.Guard())
    }

    @Test(arguments: [("@Event", 20), ("@Projection", 25), ("@EventHandlers", 28)])
    func `the choice is a literal`(attribute: String, column: Int) {
        expectRefusal(
            of: "\(attribute)(discovered: isDebug)\nstruct A {\n    func on(_ event: Placed) {}\n}",
            DiagnosticSpec(
                message: "'discovered' must be 'true' or 'false', said right here: it is read when the program is compiled", line: 1,
                column: column))
    }
}
