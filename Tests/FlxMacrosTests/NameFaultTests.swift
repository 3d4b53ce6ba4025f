import FlxCore
@testable import FlxMacrosPlugin
import SwiftSyntaxMacrosGenericTestSupport
import Testing

@Suite struct NameFaultTests {
    private static func libraryFault(of name: String) -> String? {
        do throws(FlxError) {
            _ = try EventType(name)
            return nil
        } catch {
            return error.message
        }
    }

    @Test func `names are checked as the library checks them, in its words`() {
        var names = ["", "a", "a.b", String(repeating: "é", count: 128), String(repeating: "é", count: 129), "\u{85}\u{1}", "a\u{7F}"]
        for value in UInt32(0)...0x10FFFF {
            // All of the first plane's beginning, and around the end of each plane and of the noncharacters; others are alike.
            guard value < 0x300 || (0xFDC0...0xFE00).contains(value) || value & 0xFFFF >= 0xFFF0 || value & 0xFFFF < 2 else { continue }
            if let scalar = Unicode.Scalar(value) { names.append("a\(scalar)") }
        }
        for name in names {
            #expect(NameFault(of: name).map { "type: \($0.text)" } == Self.libraryFault(of: name), "\(name.debugDescription)")
        }
        #expect(NameFault(of: "abc", limit: 2)?.text == "3 bytes, the limit is 2")
    }

    @Test(arguments: [
        ("@Event(\"x\\u{85}\")", "the name of an event: must not contain the code point U+85", 8),
        ("@Event(\"x\\u{FFFF}\")", "the name of an event: must not contain the code point U+FFFF", 8),
    ])
    func `a name that would end the program is refused`(attribute: String, message: String, column: Int) {
        expectRefusal(of: "\(attribute)\nstruct A {}", DiagnosticSpec(message: message, line: 1, column: column))
    }

    @Test func `a name made of the type's is checked at the type`() {
        let long = String(repeating: "a", count: 257)
        expectRefusal(
            of: "@Event\nstruct __ {}",
            DiagnosticSpec(
                message: "the name of an event, made of '__': must not be empty; say another one in the attribute", line: 2, column: 8))
        expectRefusal(
            of: "@Event(nil)\nstruct \(long) {}",
            DiagnosticSpec(
                message: "the name of an event, made of '\(long)': 257 bytes, the limit is 256; say another one in the attribute", line: 2,
                column: 8))
        expectRefusal(
            of: "@Projection(version: 2)\nstruct ___ {\n    func on(_ event: Placed) {}\n}",
            DiagnosticSpec(
                message: "the name of a projection, made of '___': must not be empty; say another one in the attribute", line: 2,
                column: 8))
    }
}
