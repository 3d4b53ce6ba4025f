import Testing

@Suite struct HandlersExpansionTests {
    @Test func `marked methods become handlers`() {
        expectExpansion(
            of: """
                @EventHandlers
                public struct Mailer: Sendable {
                    let host: String
                    @Handles func welcome(_ event: UserRegistered) async throws {}
                    @Handles func note(placed event: OrderPlaced, _ envelope: Event) {}
                    @Handles("order.#", options: .patient) func log(_ event: Event) throws {}
                    func other(_ event: OrderPlaced) {}
                }
                """,
            to: """
                public struct Mailer: Sendable {
                    let host: String
                    func welcome(_ event: UserRegistered) async throws {}
                    func note(placed event: OrderPlaced, _ envelope: Event) {}
                    func log(_ event: Event) throws {}
                    func other(_ event: OrderPlaced) {}

                    public nonisolated var eventHandlers: [FlxEvents.EventHandler] {
                        [
                            FlxEvents.EventHandler("Mailer.welcome", of: UserRegistered.self) { event, _ async throws in
                                try await self.welcome(event)
                            },
                            FlxEvents.EventHandler("Mailer.note", of: OrderPlaced.self) { event, envelope throws in
                                self.note(placed: event, envelope)
                            },
                            FlxEvents.EventHandler("Mailer.log", on: "order.#", options: .patient) { publication throws in
                                try self.log(publication.event)
                            },
                        ]
                    }
                }

                nonisolated extension Mailer: FlxEvents.HandlerGroup {
                }
                """)
    }

    @Test func `an actor is waited for`() {
        expectExpansion(
            of: """
                @EventHandlers
                actor Counter {
                    var count = 0
                    @Handles func on(_ event: OrderPlaced) { count += 1 }
                    @Handles func on(_ event: OrderSent) throws { count += 1 }
                    @Handles("*") nonisolated func all(_ event: Event) {}
                }
                """,
            to: """
                actor Counter {
                    var count = 0
                    func on(_ event: OrderPlaced) { count += 1 }
                    func on(_ event: OrderSent) throws { count += 1 }
                    nonisolated func all(_ event: Event) {}

                    nonisolated var eventHandlers: [FlxEvents.EventHandler] {
                        [
                            FlxEvents.EventHandler("Counter.on(OrderPlaced)", of: OrderPlaced.self) { event, _ async throws in
                                await self.on(event)
                            },
                            FlxEvents.EventHandler("Counter.on(OrderSent)", of: OrderSent.self) { event, _ async throws in
                                try await self.on(event)
                            },
                            FlxEvents.EventHandler("Counter.all", on: "*") { publication throws in
                                self.all(publication.event)
                            },
                        ]
                    }
                }

                nonisolated extension Counter: FlxEvents.HandlerGroup {
                    \(record(of: "Counter()"))
                }
                """)
    }

    @Test func `a type on a global actor is waited for, and registered by hand`() {
        expectExpansion(
            of: """
                @EventHandlers
                @MainActor
                final class View {
                    @Handles func show(_ event: OrderPlaced) {}
                }
                """,
            to: """
                @MainActor
                final class View {
                    func show(_ event: OrderPlaced) {}

                    nonisolated var eventHandlers: [FlxEvents.EventHandler] {
                        [
                            FlxEvents.EventHandler("View.show", of: OrderPlaced.self) { event, _ async throws in
                                await self.show(event)
                            },
                        ]
                    }
                }

                nonisolated extension View: FlxEvents.HandlerGroup {
                }
                """)
    }
}
