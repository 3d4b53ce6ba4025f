public import FlxMacros
import SwiftSyntaxMacrosGenericTestSupport
import Testing

/// A namespace whose extension makes what is in it public.
public enum Harbour {
    fileprivate static let berth = 7
}

// swift-format-ignore: NoAccessLevelOnExtensionDeclaration
public extension Harbour {
    /// A ship came in.
    @Event("harbour.ship.docked")
    struct ShipDocked: Hashable {
        /// Where it lies.
        public var berth: Int = Harbour.berth
        /// Its flag.
        public var flag: String = Self.home
        /// What it carries.
        public var cargo: [String] = ["grain"]
        /// How deep it goes.
        public var depth: Double?
        private var seal: Seal = .whole
        private static let home = "none"
    }

    /// Ships that lie in the harbour.
    @Projection
    struct ShipsInHarbour: Hashable {
        /// How many came in.
        public private(set) var count = 0

        /// There are none.
        public init() {}

        mutating func on(_ event: ShipDocked) { count += 1 }
    }

    /// What the harbour master notes.
    @Schema
    enum Weather: String, Codable, Sendable { case calm, storm }

    /// Within the module alone.
    @Event("harbour.closed")
    internal struct Closed {
        var until: Int = Harbour.berth
    }
}

/// What only this file knows.
private enum Seal: String, Codable { case whole, broken }

// swift-format-ignore: NoAccessLevelOnExtensionDeclaration
package extension Harbour {
    @Event("harbour.opened")
    struct Opened {
        package var berth: Int = Harbour.berth
    }
}

/// What this module knows.
struct Watch: Codable, Hashable { var hours = 6 }

/// Properties that are said to be less public than the struct, one of them without a value, and values that are choices.
@Event("harbour.watched")
public struct Watched: Hashable {
    /// From when.
    public var hour: Int = if Harbour.berth > 6 { 4 } else { 8 }
    internal var watch: Watch = Watch()
    package let guests: Int
}

@Event("harbour.lit")
private struct Lit: Hashable {
    internal var lamps: Int = switch Harbour.berth { case 7: 2; default: 1 }
}

/// What public code that is inlined into other modules may name.
@usableFromInline
@Event("harbour.measured")
struct Measured {
    var depth: Double = 2.5
    private var watch: Watch = Watch()
}

@usableFromInline
@Projection("depths")
struct Depths {
    private(set) var count = 0
    mutating func on(_ event: Measured) { count += 1 }
}

@usableFromInline
@EventHandlers
struct Gauge {
    @Handles func read(_ event: Measured) {}
}

@usableFromInline
@Schema
enum Tide: String, Codable { case low, high }

/// Compiles only where what the macros make may be inlined.
@inlinable
public func inlinedTypes() -> ([any DomainEvent.Type], any Projection.Type, any HandlerGroup.Type, EventValue) {
    ([Measured.self], Depths.self, Gauge.self, Tide.jsonSchema)
}

/// Its private property has no value: who makes it is in this file.
@Event("harbour.inspected")
public struct Inspected: Hashable {
    fileprivate let seal: Seal
    /// The berth.
    public var berth = 1
}

/// Compiles only where what the macros make is as public as the surroundings make the types.
@inlinable
public func publicDocking(depth: Double?) -> (any DomainEvent, any Projection) {
    _ = (Harbour.ShipDocked.eventType, Harbour.ShipDocked.schema, Harbour.ShipDocked.category, Harbour.Weather.jsonSchema)
    _ = Harbour.ShipDocked(berth: 1, flag: "NO", cargo: [])
    return (Harbour.ShipDocked(depth: depth), Harbour.ShipsInHarbour())
}

@Suite struct EventAccessTests {
    @Test func `initial values that others do not see stand in public initializers`() throws {
        let docked = Harbour.ShipDocked(depth: 2.5)
        #expect(docked.berth == 7 && docked.flag == "none" && docked.cargo == ["grain"])
        #expect(
            String(decoding: try docked.json(), as: UTF8.self)
                == #"{"berth":7,"flag":"none","cargo":["grain"],"depth":2.5,"seal":"whole"}"#)
        #expect(try Harbour.ShipDocked(json: Array("{}".utf8)) == Harbour.ShipDocked())
        #expect(Harbour.Closed().until == 7 && Harbour.Opened().berth == 7)
    }

    @Test func `a private property without a value is asked for where it is seen`() throws {
        let event = Inspected(seal: .broken)
        #expect(String(decoding: try event.json(), as: UTF8.self) == #"{"seal":"broken","berth":1}"#)
        #expect(try Inspected(json: try event.json()) == event)
    }

    @Test func `a property that is said to be less public is asked for where it is seen, if it has no value`() throws {
        let event = Watched(guests: 2)
        #expect(String(decoding: try event.json(), as: UTF8.self) == #"{"hour":4,"watch":{"hours":6},"guests":2}"#)
        #expect(try Watched(json: try event.json()) == event)
        #expect(Lit().lamps == 2 && Lit(lamps: 3).lamps == 3)
        #expect(inlinedTypes().0.first?.eventType == "harbour.measured")
        #expect(try EventValue(json: Measured(depth: 1.5).json()) == ["depth": 1.5, "watch": ["hours": 6]])
    }

    @Test(arguments: [
        ("enum A {\n    private enum B {\n        @Event struct C {}\n    }\n}", "B", 3, 16),
        ("extension A {\n    private struct B {\n        @Schema enum C {}\n    }\n}", "B", 3, 17),
    ])
    func `a type that its conformance cannot reach is refused`(source: String, name: String, line: Int, column: Int) {
        let message =
            "'\(name)' around the type is private inside of another, and the conformance stands outside: make '\(name)' fileprivate"
        let plain = source.replacing("@Event ", with: "").replacing("@Schema ", with: "")
        expectExpansion(of: source, to: plain, diagnostics: [DiagnosticSpec(message: message, line: line, column: column)])
    }

    @Test(arguments: ["Array", "[Int]", "Box<Int>", "Box where T: Equatable"])
    func `an event in an extension of a generic type is refused`(type: String) {
        expectExpansion(
            of: "extension \(type) {\n    @Event struct A {}\n}", to: "extension \(type) {\n    struct A {}\n}",
            diagnostics: [
                DiagnosticSpec(message: "a type inside of a generic type has no name of its own: move the type out", line: 2, column: 12)
            ])
    }

    @Test(arguments: [
        ("static let eventType = 1", "eventType", 16), ("static var schemaVersion: Int { 2 }", "schemaVersion", 16),
        ("static let category = 1", "category", 16), ("init(json: inout JSONReader) {}", "init", 5),
        ("func write(to json: inout FlxCore.JSONWriter) {}", "write", 10),
    ])
    func `what the macro makes is not there already`(member: String, name: String, column: Int) {
        expectRefusal(
            of: "@Event(\"a\")\nstruct A {\n    \(member)\n}",
            DiagnosticSpec(
                message: "@Event makes '\(name)' itself: say it in the attribute, or conform to 'DomainEvent' by hand without it", line: 3,
                column: column))
    }

    @Test(arguments: ["self", "Self", "FlxCore", "FlxEvents"])
    func `names that the code of the macro needs are refused`(name: String) {
        let message = "'\(name)' is a name that the code of @Event needs: rename it, and keep its key by 'CodingKeys'"
        expectRefusal(
            of: "@Event(\"a\")\nstruct A {\n    var `\(name)`: Int\n}", DiagnosticSpec(message: message, line: 3, column: 9))
        expectRefusal(
            of: "@Event(\"a\")\nstruct A {\n    enum `\(name)` {}\n}", DiagnosticSpec(message: message, line: 3, column: 10))
    }
}
