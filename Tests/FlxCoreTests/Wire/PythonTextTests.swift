import Testing

@testable import FlxCore

@Suite struct PythonTextTests {
    /// What `str(json.loads(text))` of CPython 3.11 gave for each text.
    static let vectors: [(json: String, text: String)] = [
        (#"42"#, #"42"#),
        (#"-7"#, #"-7"#),
        (#"-0"#, #"0"#),
        (#"9223372036854775808"#, #"9223372036854775808"#),
        (#"123456789012345678901234567890"#, #"123456789012345678901234567890"#),
        (#"1.0"#, #"1.0"#),
        (#"2.50"#, #"2.5"#),
        (#"1e5"#, #"100000.0"#),
        (#"1E400"#, #"inf"#),
        (#"-1e400"#, #"-inf"#),
        (#"0.1"#, #"0.1"#),
        (#"1e-7"#, #"1e-07"#),
        (#"1e16"#, #"1e+16"#),
        (#"9007199254740994.0"#, #"9007199254740994.0"#),
        (#"-9007199254740994.5e0"#, #"-9007199254740994.0"#),
        (#"9999999999999998.0"#, #"9999999999999998.0"#),
        (#"1234567890123456.7"#, #"1234567890123456.8"#),
        (#"12345678901234567.0"#, #"1.2345678901234568e+16"#),
        (#"5e-324"#, #"5e-324"#),
        (#"1.7976931348623157e308"#, #"1.7976931348623157e+308"#),
        (#"-0.0"#, #"-0.0"#),
        (#"0.0001"#, #"0.0001"#),
        (#"0.00001234"#, #"1.234e-05"#),
        (#"true"#, #"True"#),
        (#"false"#, #"False"#),
        (#"[]"#, #"[]"#),
        (#"{}"#, #"{}"#),
        (#"[1]"#, #"[1]"#),
        (#"[1,2.50,true,null,"a"]"#, #"[1, 2.5, True, None, 'a']"#),
        (#"{"a":1}"#, #"{'a': 1}"#),
        (#"{"a":{"b":[null,false]},"c":"d"}"#, #"{'a': {'b': [None, False]}, 'c': 'd'}"#),
        (#"["it's"]"#, #"["it's"]"#),
        (#"["say \"hi\""]"#, #"['say "hi"']"#),
        (#"["it's \"both\""]"#, #"['it\'s "both"']"#),
        (#"["tab\tnl\ncr\rback\\"]"#, #"['tab\tnl\ncr\rback\\']"#),
        (#"["\u0000\u001f\u007f\u0085\u00a0\u00ad"]"#, #"['\x00\x1f\x7f\x85\xa0\xad']"#),
        (#"["na\u00efve \u20ac"]"#, #"['naïve €']"#),
        (#"["\u200b\u2028\ufeff\ue000"]"#, #"['\u200b\u2028\ufeff\ue000']"#),
        (#"["\ud83d\ude00\ud834\udd1e"]"#, #"['😀𝄞']"#),
        (#"["\udb40\udc01"]"#, #"['\U000e0001']"#),
        (#"{"k'ey":"v"}"#, #"{"k'ey": 'v'}"#),
        (#"[[[]],{}]"#, #"[[[]], {}]"#),
    ]

    @Test(arguments: vectors)
    func writesWhatPythonWrites(_ json: String, _ text: String) throws {
        #expect(PythonText.text(of: try EventValue(json: Array(json.utf8))) == text)
    }

    @Test func aStringStandsAsItIs() {
        #expect(PythonText.text(of: "it's\n") == "it's\n")
    }

    @Test(arguments: [
        ("True", "true"), ("False", "false"), ("42", "42"), ("-1", "-1"), ("0.25", "0.25"), ("1e-07", "1e-07"), ("1e+16", "1e+16"),
        ("9223372036854775808", "9223372036854775808"),
    ])
    func readsNumbersAndBooleans(_ text: String, _ json: String) {
        #expect(PythonText.json(of: Array("\"\(text)\"".utf8)) == Array(json.utf8))
    }

    @Test(arguments: ["true", "None", "", " 1", "1 ", "inf", "nan", "[1]", "{'a': 1}", "0x1", "1_000", "+1", "01", ".5", "TRUE", "1\\n"])
    func otherTextsStandForNothing(_ text: String) {
        #expect(PythonText.json(of: Array("\"\(text)\"".utf8)) == nil)
    }

    @Test func onlyStringsAreRead() {
        for json in ["1", "true", "null", "[]"] { #expect(PythonText.json(of: Array(json.utf8)) == nil) }
    }
}
