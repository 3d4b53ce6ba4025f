@testable import FlxMacrosPlugin
@_spi(Trial) public import FlxMacros
import SwiftParser
import SwiftSyntax
import Testing

@available(*, deprecated, message: "use the new one")
@Event("surroundings.old")
public struct OldEvent {
    public var number = 1
}

@_spi(Trial)
@Event("surroundings.trial")
public struct TrialEvent {
    public var number = 1
}

@_spi(Trial)
@EventHandlers
public struct TrialHandlers: Sendable {
    @Handles func note(_ event: TrialEvent) {}
}

@available(*, unavailable)
private enum Gone {
    @Event("surroundings.gone")
    fileprivate struct GoneEvent {}

    @Schema
    fileprivate enum Reason: String, Codable { case old }
}

@Suite struct SurroundingsTests {
    private static func surroundings(of source: String, depth: Int) throws -> Surroundings {
        var outer: [Syntax] = []
        var group = try #require(Parser.parse(source: source).statements.first?.item.asProtocol((any DeclGroupSyntax).self))
        for _ in 0..<depth {
            outer.insert(Syntax(group), at: 0)
            group = try #require(group.memberBlock.members.first?.decl.asProtocol((any DeclGroupSyntax).self))
        }
        return Surroundings(of: group, within: outer)
    }

    @Test(arguments: [
        ("struct A {}", 0, "", true),
        ("@available(macOS 26, *) struct A {}", 0, "@available(macOS 26, *)\n", false),
        ("@available(macOS, introduced: 26) struct A {}", 0, "@available(macOS, introduced: 26)\n", false),
        ("@available(*, deprecated) struct A {}", 0, "@available(*, deprecated)\n", true),
        ("@available(*, unavailable) struct A {}", 0, "@available(*, unavailable)\n", false),
        ("@available(macOS 26, *) extension A { enum B { @_spi(X) struct C {} } }", 2, "@available(macOS 26, *)\n@_spi(X)\n", false),
        ("@_spi(X) enum A { @_spi(X) @frozen struct C {} }", 1, "@_spi(X)\n", true),
    ])
    func `what a conformance needs is taken from the type and from around it`(
        source: String, depth: Int, attributes: String, isAlwaysThere: Bool
    ) throws {
        let found = try Self.surroundings(of: source, depth: depth)
        #expect(found.attributes == attributes)
        #expect(found.isAlwaysThere == isAlwaysThere)
    }

    @Test func `a conformance is there where the type is, and discovery lists what is there always`() {
        expectExpansion(
            of: """
                @available(macOS 26, *)
                enum A {
                    @Schema
                    enum B: Int, Codable {
                        case one
                    }
                }
                """,
            to: """
                @available(macOS 26, *)
                enum A {
                    enum B: Int, Codable {
                        case one

                        nonisolated static var jsonSchema: FlxCore.EventValue {
                            FlxEvents.PayloadSchema.raw(\
                Self.self, cases: [Self.one], or: FlxEvents.PayloadSchema.oneOf(nil, .choice("one")))
                        }
                    }
                }

                @available(macOS 26, *)
                nonisolated extension A.B: FlxEvents.SchemaDescribed {
                }
                """)
        let found = EventHandlerRegistry.discovered()
        let names = found.eventTypes.map { $0.eventType.description }.filter { $0.hasPrefix("surroundings.") }
        #expect(Set(names) == ["surroundings.old", "surroundings.trial"])
        #expect(found.handlers.contains { $0.name == "TrialHandlers.note" })
    }
}
