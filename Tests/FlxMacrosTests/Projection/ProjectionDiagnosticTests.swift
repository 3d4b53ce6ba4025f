import SwiftSyntaxMacrosGenericTestSupport
import Testing

@Suite struct ProjectionDiagnosticTests {
    @Test(arguments: ["class", "enum", "actor"])
    func `what is no struct is refused`(keyword: String) {
        expectRefusal(
            of: "@Projection\n\(keyword) A {}",
            DiagnosticSpec(message: "@Projection needs a struct: its state is a value", line: 2, column: 1))
    }

    @Test func `two methods for one type are refused`() {
        expectRefusal(
            of: """
                @Projection
                struct A {
                    mutating func on(_ event: Placed) {}
                    mutating func on(_ event: Sent) {}
                    mutating func on(_ event: Placed, _ recorded: RecordedEvent) {}
                }
                """,
            DiagnosticSpec(message: "two methods handle 'Placed': make one of them", line: 5, column: 31))
    }

    @Test func `a projection without a method is refused`() {
        expectRefusal(
            of: "@Projection\nstruct A {\n    func f() {}\n}",
            DiagnosticSpec(message: "'A' has no method 'on(_:)' to take an event", line: 2, column: 8))
    }

    @Test func `a generic projection and bad arguments are refused`() {
        expectRefusal(
            of: "@Projection(\"\(String(repeating: "p", count: 201))\", version: 0)\nstruct A<T> {\n    func on(_ event: T) {}\n}",
            DiagnosticSpec(message: "@Projection cannot stand on a generic struct: one name stands for one type", line: 2, column: 9),
            DiagnosticSpec(message: "the name of a projection: 201 bytes, the limit is 200", line: 1, column: 13),
            DiagnosticSpec(message: "the version of a projection must be an integer literal of 1 or more", line: 1, column: 227))
    }

    private static let anyEvent = "'on' takes an event of one type; write 'apply(_:)' by hand to take any event"

    @Test(arguments: [
        ("mutating func on(_ event: Placed) async {}", "a projection changes at once: its methods cannot be async", 39),
        ("static func on(_ event: Placed) {}", "'on' must be a method of the value, not of its type", 5),
        ("mutating func on<E: DomainEvent>(_ e: E) {}", "'on' cannot be generic: its parameter's type says which events it handles", 21),
        ("mutating func on(_ event: Placed) -> Int { 1 }", "'on' handles an event and returns nothing", 42),
        ("mutating func on() {}", "'on' takes an event and, if it wants it, the RecordedEvent around it", 21),
        ("mutating func on(_ event: Placed?) {}", "'on' takes an event of one type", 31),
        ("mutating func on(_ event: any DomainEvent) {}", "'on' takes an event of one type", 31),
        ("mutating func on(_ event: Placed, _ n: Int) {}", "the second parameter of 'on' must be of the type RecordedEvent", 44),
        ("mutating func on(_ event: Event) {}", anyEvent, 31),
        ("mutating func on(_ e: RecordedEvent) {}", anyEvent, 27),
    ])
    func `a method that cannot handle an event is refused`(method: String, message: String, column: Int) {
        expectRefusal(
            of: "@Projection\nstruct A {\n    \(method)\n    mutating func on(_ event: Sent) {}\n}",
            DiagnosticSpec(message: message, line: 3, column: column))
    }
}
