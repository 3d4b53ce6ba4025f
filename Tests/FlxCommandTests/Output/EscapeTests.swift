import FlxCore
import Testing

@testable import FlxCommand

@Suite struct EscapeTests {
    @Test(arguments: [
        ("plain text, ümläut, 漢字, 🙂", "plain text, ümläut, 漢字, 🙂"),
        ("\u{1B}[31mred\u{1B}[0m", "\\u{1B}[31mred\\u{1B}[0m"),
        ("\u{1B}]0;title\u{07}", "\\u{1B}]0;title\\u{7}"),
        ("a\tb\nc\rd", "a\\tb\\nc\\rd"),
        ("\u{9B}31m", "\\u{9B}31m"),
        ("abc\u{202E}cba", "abc\\u{202E}cba"),
        ("a\u{200B}b\u{FEFF}", "a\\u{200B}b\\u{FEFF}"),
        ("\u{7F}", "\\u{7F}"),
    ])
    func `what could act on a terminal is spelled out`(_ text: String, _ visible: String) {
        #expect(Escape.visible(text) == visible)
    }

    @Test func `messages keep their lines`() {
        #expect(Escape.visible("a\nb\u{1B}", keepingLines: true) == "a\nb\\u{1B}")
    }

    @Test func `no control character is left, whatever the text`() {
        let all = String(String.UnicodeScalarView((0..<0x3000).compactMap(Unicode.Scalar.init)))
        let controls = Escape.visible(all).unicodeScalars.filter { $0.properties.generalCategory == .control }
        #expect(controls.isEmpty)
    }

    @Test func `escaped JSON is the same JSON`() throws {
        let value: EventValue = ["a\u{85}b": "\u{9B}0m \u{202E} \u{E0041} ü 🙂 \u{1B} \\ \" \u{7F}"]
        let escaped = Escape.json(try value.json())
        #expect(try EventValue(json: escaped) == value)
        let text = String(decoding: escaped, as: UTF8.self)
        #expect(Escape.visible(text) == text)
        #expect(text.contains("\\u009b") && text.contains("\\udb40\\udc41"))
    }
}
