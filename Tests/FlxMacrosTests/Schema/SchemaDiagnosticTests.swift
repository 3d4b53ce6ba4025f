import SwiftSyntaxMacrosGenericTestSupport
import Testing

@Suite struct SchemaDiagnosticTests {
    @Test(arguments: ["class", "actor", "protocol", "extension"])
    func `what is no value is refused`(keyword: String) {
        expectRefusal(
            of: "@Schema\n\(keyword) A {}",
            DiagnosticSpec(message: "@Schema needs a struct or an enum: what stands in a payload is a value", line: 2, column: 1))
    }

    @Test func `a type that writes itself is refused where it does`() {
        let message = "a macro cannot see what 'encode(to:)' writes: conform to 'SchemaDescribed' by hand, without @Schema"
        expectRefusal(
            of: "@Schema\nstruct A: Codable {\n    func encode(to encoder: any Encoder) throws {}\n}",
            DiagnosticSpec(message: message, line: 3, column: 10))
    }

    @Test func `an associated value without a JSON form is refused`() {
        expectRefusal(
            of: "@Schema\nenum Call: Codable {\n    case of(() -> Void)\n}",
            DiagnosticSpec(message: "'_0' cannot be encoded: a function has no JSON form", line: 3, column: 13))
    }

    @Test func `a case that is not in every build is refused`() {
        expectRefusal(
            of: "@Schema\nenum A: Codable {\n    #if DEBUG\n    case a\n    #endif\n}",
            DiagnosticSpec(message: "a case cannot stand under '#if': give it a place in every build", line: 3, column: 5))
    }
}
