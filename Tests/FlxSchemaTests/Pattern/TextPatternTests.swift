import FlxCore
import Testing

@testable import FlxSchema

@Suite("Patterns in bounded time")
struct TextPatternTests {
    private static func matches(_ pattern: String, _ text: String) throws -> Bool {
        var budget = 10_000
        return try TextPattern(pattern).matches(text, budget: &budget)
    }

    @Test(
        "What a pattern finds",
        arguments: [
            ("", "", true), ("a", "xay", true), ("^a$", "a", true), ("^a$", "ab", false), ("^a|b$", "xb", true), ("a.c", "a\nc", false),
            ("^(?:ab)+$", "ababab", true), ("^a{2,3}$", "a", false), ("^a{2,3}$", "aaa", true), ("^a{2,3}$", "aaaa", false),
            ("^a{2,}$", "aaaaa", true), ("^a{2}$", "aa", true), ("^a{0}$", "", true), ("a{", "a{", true), ("^x{1,y}$", "x{1,y}", true),
            ("(?:^)*{$", "{", true), ("^[a-c]+$", "abcab", true),
            ("^[^a-c]+$", "xyz", true), ("^[^a-c]+$", "xbz", false), ("^[]-]+$", "]", false),
            (#"^[\]\-]+$"#, "]-", true), ("^[a-]+$", "a-a", true), (#"^\d{4}-\d\d$"#, "2026-01", true), (#"^\d$"#, "٣", false),
            (#"^\w+$"#, "a_9Z", true), (#"^\w+$"#, "é", false), (#"^\s$"#, "\u{FEFF}", true), (#"^\S$"#, "\u{FEFF}", false),
            (#"^[\d\s]+$"#, "1 2", true), (#"^[^\D]+$"#, "12", true), (#"\bcat\b"#, "a cat.", true), (#"\bcat\b"#, "cats", false),
            (#"^\Bx"#, "x", false), (#"^\p{Letter}+$"#, "éß", true), (#"^\p{Lu}\P{Lu}$"#, "Éa", true), (#"^[\p{L}\p{N}]+$"#, "aé9", true),
            (#"^[^\p{L}]$"#, "a", false), (#"^\u0041\x42\u{43}\cJ$"#, "ABC\n", true), (#"^\uD83D\uDE00$"#, "😀", true),
            ("^😀$", "😀", true), ("^.$", "😀", true), (#"^\/\.$"#, "/.", true), ("^(a?){3}a{3}$", "aaa", true),
            ("^(a*)*$", "aaa", true), ("^(a*)*b$", "aaa", false), ("^(?=.*\\d)(?=.*[a-z]).{4,}$", "abc1", true),
            ("^(?=.*\\d)(?=.*[a-z]).{4,}$", "abcd", false), ("^(?!foo)", "foobar", false), ("^(?!foo)", "barfoo", true),
            ("(?<year>\\d{4})", "in 2026", true), ("a+?b", "aab", true), ("^(a|ab)(c|bcd)$", "abcd", true),
            ("^\u{E1}$", "a\u{301}", false),
        ])
    func verdicts(pattern: String, text: String, isMatch: Bool) throws {
        #expect(try Self.matches(pattern, text) == isMatch)
    }

    @Test(
        "What is no pattern, or none that time would bound, is refused with the reason",
        arguments: [
            "(", ")", "a)", "[", "[a", "*", "a**", "+a", "?", "a{3,2}", #"\"#, #"(a)\1"#, #"\k<x>"#, "(?<=a)b",
            "(?<!a)b", "(?#x)", #"\p{X"#, #"\u{+41}"#, "^*a", "a$+", #"\b?"#, #"\B{2}"#,
            #"\p{Nothing}"#, #"\p{Script=Greek}"#, "[b-a]", #"\uD83D"#, #"\u12"#, #"\xZ"#, #"\c1"#, #"\q"#, "(?<name", #"\u{110000}"#,
        ])
    func refused(pattern: String) throws {
        let error = #expect(throws: FlxError.self) { try TextPattern(pattern) }
        #expect(error?.code == .invalidValue)
        #expect(error?.message.contains("is refused at character") == true)
    }

    @Test("A pattern that would grow too large is refused before it does")
    func tooLarge() {
        let nested = String(repeating: "(", count: 1000) + String(repeating: ")", count: 1000)
        for pattern in ["(a{100}){1000}", "((a{99}){99}){99}", "(){999999999}", "(((){9999}){9999}){9999}", "a{99999}"] {
            let error = #expect(throws: FlxError.self) { try TextPattern(pattern) }
            #expect(error?.code == .limitExceeded)
        }
        #expect(throws: FlxError.self) { try TextPattern(nested) }
        #expect(throws: FlxError.self) { try TextPattern(String(repeating: "a", count: 50_000)) }
    }

    @Test("What is known of the first characters is what their properties say")
    func ascii() throws {
        for name in ["L", "Lu", "Letter", "LC", "punct", "Sc", "Cn", "Any", "ASCII", "Alphabetic", "space", "Emoji", "AHex", "gc=Nd"] {
            for isNegated in [false, true] {
                let properties = try #require(ScalarProperties(name, isNegated: isNegated), "\(name)")
                let set = ScalarSet([], properties: properties)
                for value in UInt32(0)..<128 { #expect(set.contains(value) == properties.holds(value), "\(name) \(value)") }
            }
        }
        #expect(ScalarProperties("gc=Any", isNegated: false) == nil && ScalarProperties("l", isNegated: false) == nil)
    }

    @Test("A pattern that other engines take for ever on is answered within its budget")
    func evil() throws {
        let text = String(repeating: "a", count: 2_000) + "!"
        for pattern in ["^(a+)+$", "^(a|a)*$", "^(a|aa)+$", "^(.*a){12}$", "(x+x+)+y", "^([a-z]+)*\\d$"] {
            var budget = 100_000
            #expect(try !TextPattern(pattern).matches(text, budget: &budget))
            #expect(budget > 0)
        }
        var budget = 1_000
        let error = #expect(throws: FlxError.self) { try TextPattern("^(a?){500}(a{0,500}){3}$").matches(text, budget: &budget) }
        #expect(error?.code == .limitExceeded)
    }
}
