import SwiftSyntaxMacrosGenericTestSupport
import Testing

@Suite struct HandlersDiagnosticTests {
    @Test func `a type without values is refused`() {
        expectRefusal(
            of: "@EventHandlers\nenum A {}",
            DiagnosticSpec(message: "@EventHandlers needs a struct, a class or an actor", line: 2, column: 1))
    }

    @Test func `a type without a handler is refused`() {
        expectRefusal(
            of: "@EventHandlers\nfinal class A {\n    func f(_ event: Placed) {}\n}",
            DiagnosticSpec(message: "'A' has no method with @Handles", line: 2, column: 13))
    }

    private static let oneType = "a handler of a pattern takes an Event: types differ from one to the next"
    private static let plain = "the name of a pattern must be a plain string literal: it is read when the program is compiled"

    @Test(arguments: [
        ("(\"order.*\") func f(_ event: Placed) {}", oneType, 41),
        ("(\"order.*\") func f(_ a: Event, _ b: Event) {}", oneType, 37),
        (" func f(_ event: Event) {}", "'f' takes any Event: say which by a pattern, such as @Handles(\"order.*\")", 30),
        ("(\"\") func f(_ event: Event) {}", "the name of a pattern: must not be empty", 14),
        ("(pattern) func f(_ event: Event) {}", plain, 14),
        (" mutating func f(_ event: Placed) {}", "'f' cannot change the value: handlers run at the same time", 14),
        (" static func f(_ event: Placed) {}", "'f' must be a method of the value, not of its type", 14),
        (" func f() {}", "'f' takes an event and, if it wants it, the Event around it", 20),
        (" func f(_ event: Placed, _ other: RecordedEvent) {}", "the second parameter of 'f' must be of the type Event", 47),
    ])
    func `a method that cannot handle events is refused`(method: String, message: String, column: Int) {
        expectExpansion(
            of: "@EventHandlers\nstruct A {\n    @Handles\(method)\n}",
            to: "struct A {\n    \(method.drop { $0 != " " }.dropFirst())\n}",
            diagnostics: [DiagnosticSpec(message: message, line: 3, column: column)])
    }

    private static let alone = "@Handles does nothing here: the method must stand in the body of a type with @EventHandlers"

    @Test func `a mark without its type is refused`() {
        expectExpansion(
            of: "struct A {\n    @Handles func f(_ event: Placed) {}\n    @Handles var x = 1\n}",
            to: "struct A {\n    func f(_ event: Placed) {}\n    var x = 1\n}",
            diagnostics: [
                DiagnosticSpec(message: Self.alone, line: 2, column: 5),
                DiagnosticSpec(message: "@Handles stands on a method", line: 3, column: 5),
            ])
    }

    @Test func `a mark in an extension is refused`() {
        expectExpansion(
            of: "extension A {\n    @Handles func f(_ event: Placed) {}\n}", to: "extension A {\n    func f(_ event: Placed) {}\n}",
            diagnostics: [DiagnosticSpec(message: Self.alone, line: 2, column: 5)])
    }

    @Test func `the same handler twice is refused`() {
        expectExpansion(
            of: "@EventHandlers\nstruct A {\n    @Handles(\"a\") @Handles(\"b\") @Handles(\"a\") func f(_ event: Event) {}\n}",
            to: "struct A {\n    func f(_ event: Event) {}\n}",
            diagnostics: [DiagnosticSpec(message: "'f' handles 'a' already", line: 3, column: 33)])
    }

    @Test func `a handler that is not in every build is refused`() {
        expectExpansion(
            of: "@EventHandlers\nstruct A {\n    #if DEBUG\n    @Handles func f(_ event: Placed) {}\n    #endif\n}",
            to: "struct A {\n    #if DEBUG\n    func f(_ event: Placed) {}\n    #endif\n}",
            diagnostics: [
                DiagnosticSpec(message: "'f' cannot handle events under '#if': put the condition inside of it", line: 4, column: 19)
            ])
    }
}
