import SwiftSyntaxMacrosGenericTestSupport
import Testing

@Suite struct MadeMembersTests {
    @Test func `an attribute stands once`() {
        expectExpansion(
            of: "@Schema @Schema\nstruct A {}", to: "struct A {}",
            diagnostics: [
                DiagnosticSpec(message: "@Schema stands here twice: take one away", line: 1, column: 1),
                DiagnosticSpec(message: "@Schema stands here twice: take one away", line: 1, column: 9),
            ])
    }

    @Test func `projections, handlers and schemas are not told twice`() {
        expectRefusal(
            of: """
                @Projection
                struct A {
                    static let name = "a"
                    func on(_ event: Placed) {}
                    mutating func apply(_ recorded: RecordedEvent) -> Bool { true }
                }
                """,
            DiagnosticSpec(
                message: "@Projection makes 'name' itself: say it in the attribute, or conform to 'Projection' by hand without it",
                line: 3, column: 16),
            DiagnosticSpec(
                message: "@Projection makes 'apply' itself: say it in the attribute, or conform to 'Projection' by hand without it",
                line: 5, column: 19))
        expectExpansion(
            of: "@EventHandlers\nstruct A {\n    @Handles func f(_ e: Placed) {}\n    var eventHandlers: [EventHandler] { [] }\n}",
            to: "struct A {\n    func f(_ e: Placed) {}\n    var eventHandlers: [EventHandler] { [] }\n}",
            diagnostics: [
                DiagnosticSpec(message: "@EventHandlers makes 'eventHandlers' itself: take one of the two away", line: 4, column: 9)
            ])
        expectRefusal(
            of: "@Schema\nstruct A {\n    static var jsonSchema: EventValue { [:] }\n}",
            DiagnosticSpec(message: "@Schema makes 'jsonSchema' itself: take one of the two away", line: 3, column: 16))
    }

    @Test(arguments: ["static var a = 1", "var a: Int { 1 }", "lazy var a = 1"])
    func `a constraint on what is not written is refused`(property: String) {
        expectExpansion(
            of: "struct A {\n    @Constraint(.range(1...2)) \(property)\n}", to: "struct A {\n    \(property)\n}",
            diagnostics: [
                DiagnosticSpec(message: "@Constraint does nothing here: the property has no place in the payload", line: 2, column: 5)
            ])
    }

    @Test(arguments: ["Int", "String"])
    func `a method for something else than events is told to have another name`(type: String) {
        expectRefusal(
            of: "@Projection\nstruct A {\n    func on(button: \(type)) {}\n    func on(_ event: Placed) {}\n}",
            DiagnosticSpec(
                message: "'on' takes an event, and '\(type)' is none: give another method another name", line: 3, column: 21))
    }
}
