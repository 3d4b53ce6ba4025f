import Testing

@testable import FlxCore

/// Limits hold on every path, at once, and without a deep stack.
@Suite("JSON limits")
struct JSONLimitsTests {
    static func nested(_ depth: Int, _ open: String, _ inner: String, _ close: String) -> [UInt8] {
        Array((String(repeating: open, count: depth) + inner + String(repeating: close, count: depth)).utf8)
    }

    static func code(_ body: () throws -> Void) -> FlxError.Code? {
        do { try body() } catch { return (error as? FlxError)?.code }
        return nil
    }

    static func skip(_ bytes: [UInt8], _ limits: JSONLimits = .standard) throws {
        var reader = try JSONReader(bytes.span, limits: limits)
        try reader.skipValue()
        try reader.readEnd()
    }

    @Test("64 levels are read, 65 refused")
    func depth() throws {
        for (open, inner, close) in [("[", "", "]"), ("{\"a\":", "1", "}"), ("[{\"a\":", "[]", "}]")] {
            let width = open.count > 5 ? 2 : 1
            let good = Self.nested(open.count > 5 ? 31 : 64, open, inner, close)
            try Self.skip(good)
            #expect(try EventValue(json: good).json() == good)
            _ = try EventDecoder().decode(EventValue.self, from: good)
            let bad = Self.nested(64 / width + 1, open, inner, close)
            #expect(Self.code { try Self.skip(bad) } == .limitExceeded)
            #expect(Self.code { _ = try EventValue(json: bad) } == .limitExceeded)
            #expect(Self.code { _ = try EventDecoder().decode(JSONParsingSuiteTests.CodableShape.self, from: bad) } == .limitExceeded)
        }
    }

    @Test("A million open brackets are refused where the limit is passed, whatever limit was set")
    func million() throws {
        let bytes = [UInt8](repeating: UInt8(ascii: "["), count: 1_000_000)
        for limits in [JSONLimits.standard, JSONLimits(maximumDepth: .max)] {
            #expect(Self.code { try Self.skip(bytes, limits) } == .limitExceeded)
            #expect(Self.code { _ = try EventValue(json: bytes, limits: limits) } == .limitExceeded)
            #expect(Self.code { _ = try EventDecoder(limits: limits).decode([[Int]].self, from: bytes) } == .limitExceeded)
        }
        let deep = Self.nested(512, "[", "", "]")
        try Self.skip(deep, JSONLimits(maximumDepth: 1000))
        _ = try EventValue(json: deep, limits: JSONLimits(maximumDepth: 1000))
    }

    @Test("Texts, keys and numbers have a greatest length")
    func lengths() throws {
        let limits = JSONLimits(maximumBytes: 40, maximumKeyBytes: 5, maximumNumberBytes: 6)
        try Self.skip(Array(#"{"12345":123456}"#.utf8), limits)
        #expect(Self.code { try Self.skip(Array(#"{"123456":1}"#.utf8), limits) } == .limitExceeded)
        #expect(Self.code { try Self.skip(Array("[1234567]".utf8), limits) } == .limitExceeded)
        #expect(Self.code { try Self.skip([UInt8](repeating: 0x20, count: 41), limits) } == .limitExceeded)
        #expect(Self.code { _ = try [String: Int](json: Array(#"{"123456":1}"#.utf8), limits: limits) } == .limitExceeded)
    }

    @Test("What is remembered of an object with many keys is forgotten with it, also inside of another one")
    func largeObjectsEnd() throws {
        let keys = (0..<20).map { "\"k\($0)\":1" }.joined(separator: ",")
        let text = "{\(keys),\"inner\":[{\(keys)},{\(keys),\"a\":{\(keys)}}],\"k0x\":0"
        let whole = Array((text + "}").utf8)
        var reader = try JSONReader(whole.span)
        try reader.skipValue()
        #expect(reader.objects.largeObjects.isEmpty)
        for twice in ["k0", "k16", "inner", "k0x"] {
            #expect(Self.code { try Self.skip(Array((text + ",\"\(twice)\":1}").utf8), .standard) } == .malformed, "\(twice)")
        }
    }

    @Test("An object with many keys takes time in proportion, and its last duplicate is found")
    func manyKeys() throws {
        let fields = (0..<30_000).map { #""k\#($0)":0"# }
        let limits = JSONLimits(maximumBytes: 1 << 22)
        try Self.skip(Array("{\(fields.joined(separator: ","))}".utf8), limits)
        for duplicate in [0, 5, 15, 16, 17, 29_999] {
            let bytes = Array("{\(fields.joined(separator: ",")),\"\\u006b\(duplicate)\":1}".utf8)
            #expect(Self.code { try Self.skip(bytes, limits) } == .malformed, "\(duplicate)")
            #expect(Self.code { _ = try EventValue(json: bytes, limits: limits) } == .malformed)
            #expect(Self.code { _ = try EventDecoder(limits: limits).decode([String: Int].self, from: bytes) } == .malformed)
        }
    }

    @Test("Duplicates are looked for in each object alone")
    func scopes() throws {
        try Self.skip(Array(#"{"a":{"a":{"a":1},"b":1},"b":[{"a":1},{"a":1}],"c":{"a":1}}"#.utf8))
        #expect(Self.code { try Self.skip(Array(#"{"a":{"b":1},"c":{"a":1},"a":1}"#.utf8)) } == .malformed)
        // The same many keys in two objects, one inside the other.
        let many = (0..<40).map { #""k\#($0)":0"# }.joined(separator: ",")
        try Self.skip(Array("{\(many),\"inner\":{\(many)}}".utf8))
        #expect(Self.code { try Self.skip(Array("{\(many),\"inner\":{\(many)},\"k3\":0}".utf8)) } == .malformed)
    }

    @Test("A value nested too deeply is not written, and one nested as deeply as can be is")
    func writing() throws {
        var value: EventValue = 1
        for _ in 0..<64 { value = [value] }
        #expect(try EventValue(json: value.json()) == value)
        #expect(try EventEncoder().encode(value) == value.json())
        value = ["a": value]
        #expect(Self.code { _ = try value.json() } == .limitExceeded)
        #expect(Self.code { _ = try EventEncoder().encode(value) } == .limitExceeded)
        #expect(value.description.contains("nested deeper than 64"))
    }
}
