import FlxCore
import Testing

/// The reader on small texts: what it accepts, and where and how it refuses.
@Suite("JSON reader")
struct JSONReaderTests {
    struct Point: JSONCodable, Equatable {
        static let fields = JSONFields("x", "y", "label")
        var x: Int
        var y: Double
        var label: String?

        init(x: Int, y: Double, label: String? = nil) { (self.x, self.y, self.label) = (x, y, label) }

        init(json: inout JSONReader) throws(FlxError) {
            var (x, y, label): (Int?, Double?, String?)
            try json.beginObject()
            while let field = try json.nextField(of: Self.fields) {
                switch field {
                case 0: x = try json.read()
                case 1: y = try json.read()
                default: label = try json.read()
                }
            }
            guard let x else { throw json.missing("x") }
            guard let y else { throw json.missing("y") }
            self.init(x: x, y: y, label: label)
        }

        func write(to json: inout JSONWriter) throws(FlxError) {
            json.beginObject()
            try json.field("x", x)
            try json.field("y", y)
            try json.field("label", label)
            json.endObject()
        }
    }

    static func error<T: JSONReadable>(_ text: String, as type: T.Type, limits: JSONLimits = .standard) -> FlxError? {
        do throws(FlxError) {
            _ = try T(json: Array(text.utf8), limits: limits)
            return nil
        } catch { return error }
    }

    @Test("Fields come in any order, unknown ones are passed over, absent optionals are nil")
    func fields() throws {
        let texts = [
            #"{"x":1,"y":2.5,"label":"a"}"#, #"{"label":"a","y":2.5,"x":1}"#, #" { "y" : 2.5 , "x":1, "label" :"a" } "#,
            #"{"z":{"x":9,"deep":[{},[]]},"x":1,"more":null,"y":25e-1,"label":"\u0061"}"#, #"{"\u0078":1.0,"y":2.5,"l\u0061bel":"a"}"#,
        ]
        for text in texts { #expect(try Point(json: Array(text.utf8)) == Point(x: 1, y: 2.5, label: "a"), "\(text)") }
        #expect(try Point(json: Array(#"{"x":1,"y":2}"#.utf8)).label == nil)
        #expect(try Point(json: Array(#"{"x":1,"y":2,"label":null}"#.utf8)).label == nil)
    }

    @Test("Names that need escapes are found in their escaped form, and only there")
    func escapedNames() throws {
        let fields = JSONFields(#"a"b"#, "é", #"c\d"#)
        func indexes(_ text: String) throws -> [Int] {
            let bytes = Array(text.utf8)
            var reader = try JSONReader(bytes.span)
            try reader.beginObject()
            var found: [Int] = []
            while let index = try reader.nextField(of: fields) {
                found.append(index)
                try reader.skipValue()
            }
            return found
        }
        #expect(try indexes(#"{"a\"b":1,"\u00e9":2,"c\\d":3,"c":[0,0,0,0]}"#) == [0, 1, 2])
        #expect(try indexes(#"{"c\u005cd":3,"é":2,"a\u0022b":1,"ab":4}"#) == [2, 1, 0])
        #expect(throws: FlxError.self) { try indexes(#"{"a"b":1,"rest":"of the text"}"#) }
    }

    @Test("More than 64 fields work, in and out of order, and a second one of a name is refused")
    func manyFields() throws {
        let names = (0..<100).map { "field\($0)" }
        let fields = JSONFields(names)
        for order in [Array(0..<100), Array((0..<100).reversed()), [99, 3, 70, 64, 63]] {
            let text = "{" + order.map { #""field\#($0)":\#($0)"# }.joined(separator: ",") + "}"
            let bytes = Array(text.utf8)
            var reader = try JSONReader(bytes.span)
            try reader.beginObject()
            var seen: [Int] = []
            while let index = try reader.nextField(of: fields) {
                let value = try reader.read(Int.self)
                #expect(value == index)
                seen.append(index)
            }
            #expect(seen == order)
        }
        let twice = Array(#"{"field70":1,"field1":2,"field70":3}"#.utf8)
        var reader = try JSONReader(twice.span)
        try reader.beginObject()
        var message = ""
        do { while try reader.nextField(of: fields) != nil { try reader.skipValue() } } catch { message = error.message }
        #expect(message == "the key 'field70' occurs in the object twice")
    }

    static let refusals: [(text: String, code: FlxError.Code, offset: Int, pointer: String, message: String)] = [
        (#"{"x":"a","y":1}"#, .typeMismatch, 5, "/x", "expected a number, found a string"),
        (#"{"x":1.5,"y":1}"#, .typeMismatch, 5, "/x", "expected a whole number of 64 bits, found 1.5"),
        (#"{"x":9223372036854775808,"y":1}"#, .typeMismatch, 24, "/x", "the number 9223372036854775808 is out of the range of Int"),
        (#"{"x":1,"y":1e999}"#, .typeMismatch, 11, "/y", "the number 1e999 is out of the range of Double"),
        (#"{"x":1}"#, .typeMismatch, 7, "", "the field 'y' is missing"),
        (#"[]"#, .typeMismatch, 0, "", "expected an object, found an array"),
        (#"{"x":1,"x":2}"#, .malformed, 7, "", "the key 'x' occurs in the object twice"),
        (#"{"x":1,"q":0,"\u0071":0}"#, .malformed, 13, "", "the key 'q' occurs in the object twice"),
        (#"{"x":1,"q/~":{"a":[0,{"k":1,"k":2}]}}"#, .malformed, 28, "/q~1~0/a/1", "the key 'k' occurs in the object twice"),
        (#"{"x":01}"#, .malformed, 6, "/x", "a number must not start with 0"),
        (#"{"x":-}"#, .malformed, 6, "/x", "expected a digit, found '}'"),
        (#"{"x":1,}"#, .malformed, 7, "", "expected a key in quotes, found '}'"),
        (#"{"x":1 "y":2}"#, .malformed, 7, "/x", "expected ',' or '}' after a field, found '\"'"),
        (#"{"x" 1}"#, .malformed, 5, "/x", "expected ':' after a key, found '1'"),
        (#"{"x":1,"y":2"#, .malformed, 12, "/y", "expected ',' or '}' after a field, found the end of the text"),
        (#"{"x":1,"y":2}]"#, .malformed, 13, "", "expected the end of the text, found ']'"),
        (#"{"x":1,"y":2,"label":"\q"}"#, .malformed, 22, "/label", #"unknown escape: a backslash is followed by one of "\/bfnrtu"#),
        (#"{"x":1,"y":2,"label":"\ud800"}"#, .malformed, 22, "/label", "half of a surrogate pair is alone: it is no character"),
        (#"{"x":nul}"#, .malformed, 5, "/x", "expected the literal null"),
        (#"{"label":nul}"#, .malformed, 9, "/label", "expected the literal null"),
        ("{\"label\":\"a\tb\"}", .malformed, 11, "/label",
            "a control character (byte 9) is in a string: it must be written as an escape"),
        ("", .malformed, 0, "", "expected an object, found the end of the text"),
    ]

    @Test("Errors say what was expected, what was found, at which byte and in which value", arguments: refusals.indices)
    func errors(index: Int) throws {
        let refusal = Self.refusals[index]
        let error = try #require(Self.error(refusal.text, as: Point.self), "\(refusal.text) was accepted")
        #expect(error.code == refusal.code, "\(refusal.text)")
        #expect(error.message == refusal.message)
        #expect(error.location == FlxError.Location(offset: refusal.offset, pointer: refusal.pointer), "\(refusal.text)")
    }

    @Test("Bytes that are not UTF-8 are refused")
    func utf8() throws {
        let bad: [[UInt8]] = [
            [0x80], [0xC0, 0xAF], [0xC1, 0x81], [0xE0, 0x80, 0xAF], [0xED, 0xA0, 0x80], [0xF0, 0x80, 0x80, 0x80], [0xF4, 0x90, 0x80, 0x80],
            [0xF5, 0x80, 0x80, 0x80], [0xFF], [0xC3], [0xE2, 0x82], [0xF0, 0x9F, 0x98], [0xC3, 0x41], [0xE2, 0x41, 0xAC],
        ]
        for bytes in bad {
            for padding in 0..<9 {
                let text = Array("\"".utf8) + [UInt8](repeating: 0x61, count: padding) + bytes + Array("\"".utf8)
                #expect(throws: FlxError.self, "\(bytes)") { try String(json: text) }
                #expect(throws: FlxError.self, "\(bytes)") { try EventValue(json: text) }
            }
        }
        for string in ["\u{80}", "\u{7FF}", "\u{800}", "\u{D7FF}", "\u{E000}", "\u{FFFF}", "\u{10000}", "\u{10FFFF}", "aé漢😀z"] {
            #expect(try String(json: string.json()).unicodeScalars.elementsEqual(string.unicodeScalars))
        }
    }

    @Test("A text that ends anywhere is refused with its place", arguments: [#"{"a\u00e9":["\ud83d\ude00",{"b":-1.5e+10}]}"#])
    func prefixes(text: String) throws {
        let bytes = Array(text.utf8)
        for count in 0..<bytes.count {
            // With a quote after it, the broken escape stands in what looks like a whole string.
            for end in ["", "\"", "\"}"] {
                let error = try #require(throws: FlxError.self) { try EventValue(json: bytes[..<count] + Array(end.utf8)) }
                #expect(error.code == .malformed && (0...count + end.utf8.count).contains(error.location?.offset ?? -1))
            }
        }
    }

    @Test("Escapes stand for their characters")
    func escapes() throws {
        let text = Array(#""\"\\\/\b\f\n\r\t\u0041\u00e9\uD83D\ude00\u0000""#.utf8)
        #expect(try String(json: text) == "\"\\/\u{8}\u{C}\n\r\tAé😀\0")
        #expect(try String(json: "\"\\/\u{8}\u{C}\n\r\tAé😀\0\u{1F}\u{7F}".json()) == "\"\\/\u{8}\u{C}\n\r\tAé😀\0\u{1F}\u{7F}")
    }

    @Test("A copied value is compact, and keeps the texts of numbers and strings")
    func copies() throws {
        let cases = [
            (" [ 1.50 , -0 ,\n\t1E+2 , \" a \\u0062 \\\" \" ] ", "[1.50,-0,1E+2,\" a \\u0062 \\\" \"]"),
            ("{ \"a b\" : { } , \"c\" : [ ] }", #"{"a b":{},"c":[]}"#),
            ("[1,2]", "[1,2]"), (" true ", "true"), (#"["\\", "x" ]"#, #"["\\","x"]"#),
        ]
        for (text, compact) in cases {
            let bytes = Array(text.utf8)
            var reader = try JSONReader(bytes.span)
            let copy = try reader.copyValue()
            try reader.readEnd()
            #expect(String(decoding: copy, as: UTF8.self) == compact)
        }
    }
}
