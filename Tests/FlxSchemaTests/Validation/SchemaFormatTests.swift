import FlxCore
import FlxSchema
import Foundation
import SharedData
import Testing

/// The formats that are asserted, each by the whole grammar of its standard.
@Suite("Formats of schemas")
struct SchemaFormatTests {
    private static func check(_ format: String, _ good: [String], _ bad: [String]) throws {
        let schema = try JSONSchema(["format": .string(format)], assertingFormats: true)
        for text in good { #expect(try schema.accepts(.string(text)), "\(format): '\(text)' is one") }
        for text in bad { #expect(try !schema.accepts(.string(text)), "\(format): '\(text)' is none") }
        #expect(JSONSchema.assertedFormats.contains(format))
    }

    @Test("Dates and times of the years 0000 to 9999, with any number of digits")
    func times() throws {
        #expect(Set(["date", "date-time", "time"]).isSubset(of: JSONSchema.assertedFormats))
        try Self.check(
            "date", ["0000-01-01", "1600-02-29", "1677-01-01", "2262-12-31", "9999-12-31"],
            ["1900-02-29", "2026-13-01", "2026-1-01", "10000-01-01", "2026-01-01Z", "２026-01-01", "2026-01-01\u{301}"])
        try Self.check(
            "date-time",
            [
                "0000-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999999999999999999Z", "1998-12-31T23:59:60Z", "2015-06-30T23:59:60.5Z",
                "1998-12-31T15:59:60.123-08:00", "2015-07-01T01:29:60+01:30", "0000-01-01t00:00:00+23:59", "9999-12-31T23:59:59-23:59",
            ],
            [
                "1998-12-31T23:58:60Z", "1998-12-31T22:59:60Z", "1998-11-30T23:59:60Z", "2026-06-15T12:30:60Z", "2015-06-30T23:59:60+01:00",
                "2026-01-01 00:00:00Z", "2026-01-01T00:00:00", "2026-01-01T00:00:00.Z", "2026-01-01T24:00:00Z", "2026-01-01T00:00:61Z",
            ])
        try Self.check(
            "time", ["23:59:60Z", "01:29:60+01:30", "15:59:60-08:00", "00:00:00.0000000000000001z", "12:00:00-00:00"],
            ["12:30:60Z", "23:59:60+00:30", "23:58:60Z", "12:00", "12:00:00", "12:00:00+24:00", " 12:00:00Z", "12:00:00Z\n"])
    }

    @Test("Durations by the appendix A of RFC 3339")
    func durations() throws {
        #expect(Set(["duration"]).isSubset(of: JSONSchema.assertedFormats))
        let long = "P" + String(repeating: "9", count: 5_000) + "D"
        try Self.check(
            "duration", ["P1Y", "P1Y2M", "P1Y2M3D", "P2M3D", "P3DT4H", "PT1H2M3S", "PT2M3S", "PT3S", "P2W", "P0D", "P1YT1M", long],
            [
                "", "P", "PT", "P1", "1D", "P1Y2D", "PT1H3S", "P1W2D", "P1Y1W", "P2D1Y", "P1YT", "PT1D", "P1H", "P1.5D", "PT1,5S", "-P1D",
                "P1D ", "P١D", "P1D2D", "p1d",
            ])
    }

    @Test("URIs, IRIs and references to them by RFC 3986 and 3987")
    func references() throws {
        #expect(Set(["uri", "uri-reference", "iri", "iri-reference", "uri-template"]).isSubset(of: JSONSchema.assertedFormats))
        let absolute = [
            "http://[::1]/", "http://[2001:db8::7]:80/c=GB?a?b#c/d?e", "http://[v1.a:b]", "http://a:80/", "http://a:",
            "http://:80", "http://@a",
            "http://u:p:q@a", "urn:a:b", "mailto:a@b", "a:", "a+b-c.1:/x//y", "http://999.1.1.1", "file:///etc/x",
            "http://a/%41?%42#%43", "x://",
        ]
        let broken = [
            "http://[::1", "http://a:b/", "http://[::1]a", "http://a:8:0", "http://[::g]/", "http://[v.a]", "http://a@b@c",
            "http://a/%4", "http://a b",
            "http://a/\\", "http://a/{}", "http://[a@b/", "1a:b", ":b", "a/b[c]", "a#b#c", "http://a/\"", "http://[::1%25eth0]/", "a_b:c",
        ]
        let relative = ["", "/a", "a", "#f", "?q", "//a/b", "a/b:c", "./a:b", "../a", "/:", "//[::1]:8"]
        try Self.check("uri", absolute, broken + relative + ["http://\u{E9}.org"])
        try Self.check("uri-reference", absolute + relative, broken + ["/\u{E9}"])
        try Self.check("iri", absolute + ["http://\u{192}\u{F8}.\u{DF}/?\u{E000}#\u{3C0}"], broken + relative)
        try Self.check("iri-reference", absolute + relative + ["/\u{E2}\u{3C0}", "#\u{E9}"], broken + ["/\u{E000}", "/\u{FFFE}", "/\u{80}"])
        try Self.check(
            "uri-template", ["", "a", "http://a/{b}", "{+a,b:3,c*}", "{?a.b_c,%41}", "/\u{E9}{a:9999}", "{#x}{;y}"],
            ["{", "}", "{}", "{a", "{a:0}", "{a:10000}", "{a b}", "{a,}", "a b", "%4", "{a:b}", "{a}}", "<a>", "{$a}"])
    }

    @Test("Hosts, addresses and mailboxes")
    func addresses() throws {
        #expect(Set(["hostname", "ipv4", "ipv6", "email"]).isSubset(of: JSONSchema.assertedFormats))
        try Self.check("hostname", ["a", "a-b.example", "1.2", "XN--A.b"], ["", ".", "a.", "-a", "a-", "a_b", "a..b", "\u{E9}", "a b"])
        try Self.check(
            "ipv4", ["0.0.0.0", "255.255.255.255"], ["256.1.1.1", "1.1.1", "01.1.1.1", "1.1.1.1.1", "+1.1.1.1", "1.1.1.1 ", "১.1.1.1"])
        try Self.check(
            "ipv6", ["::", "::1", "1::", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::", "::ffff:1.2.3.4", "1:2:3:4:5:6:1.2.3.4", "1::8"],
            [
                "", ":", ":::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "12345::", "::1.2.3", "1.2.3.4::",
                "1:2:3:4:5:6:7:1.2.3.4", "::1%e", "::1/64", ":1::", "1:::2", "1:2:3:4:5:6:7:8::",
            ])
        try Self.check(
            "email",
            [
                "a@b", "a.b@c.d", "\"a b\"@x.org", "\"a@b\"@x.org", "\"\\\"\\\\\"@x", "\"\"@x", "a@[127.0.0.1]", "a@[IPv6:::1]",
                "a@[ipv6:1::]", "!#$%@x",
            ],
            [
                "a", "@b", "a@", ".a@b", "a.@b", "a..b@c", "a b@c", "\"a\"b@c", "\"a@c", "a@b@c", "a@[1.2.3]", "a@[::1]", "a@[x]",
                "a@b.", "a@b..c", "a(b)@c", "\u{E9}@b", "a@\u{E9}", "a@b\n", "\"\u{7}\"@b",
            ])
    }

    @Test("Pointers, ids and regular expressions, also those that no pattern here matches")
    func others() throws {
        try Self.check("json-pointer", ["", "/", "/a~0~1", "/\u{301}", "//"], ["a", "#", "/~", "/~2", "/a~"])
        try Self.check("relative-json-pointer", ["0", "0#", "12/a", "1/\u{301}"], ["", "01", "-1", "+1", "0##", "/a", "0a", "1\u{301}"])
        let id = "6ba7b810-9dad-11d1-80b4-00c04fd430c8"
        try Self.check("uuid", [id, id.uppercased()], [id + "0", String(id.dropLast()), id.replacing("-", with: "_"), "{\(id)}"])
        try Self.check(
            "regex", ["^a(b|c)*$", "(?<=a)b", "(?<!a)b", "(?<n>a)\\k<n>", "(a)\\1", "\\p{Script=Greek}", "a{100000}", "[\\w-]", ""],
            [
                "[a", "(a", "a)", "*", "a**", "\\a", "\\k<n>", "\\2(a)", "(?<n>a)(?<n>b)", "(?<1>a)", "\\p{}", "a{2,1}", "(?<=a", "^*",
                "a(?<!b)+",
            ])
        #expect(throws: FlxError.self) { try JSONSchema(["pattern": "(?<=a)b"]) }
        #expect(throws: FlxError.self) { try JSONSchema(["pattern": #"(a)\1"#]) }
    }

    @Test("Other formats are noted and never asserted, and the list says so", arguments: ["idn-email", "idn-hostname", "color", "int64"])
    func unknown(format: String) throws {
        #expect(try JSONSchema(["format": .string(format)], assertingFormats: true).accepts("\u{0} no such thing"))
        #expect(!JSONSchema.assertedFormats.contains(format))
    }

    /// The optional part of the public suite, where it lies beside the required one.
    private static let suite = SharedData.file("vectors/json-schema-2020-12/optional/format")

    @Test("Every asserted format passes the public suite", .enabled(if: suite != nil, "left out: no optional part of the suite"))
    func publicSuite() throws {
        let folder = try #require(Self.suite)
        for format in JSONSchema.assertedFormats {
            guard let bytes = try? Data(contentsOf: folder.appendingPathComponent(format + ".json")) else { continue }
            var (passed, failed) = (0, [String]())
            for group in try EventValue(json: Array(bytes)).array ?? [] {
                let schema = try JSONSchema(try #require(group["schema"]), assertingFormats: true)
                for test in group["tests"]?.array ?? [] {
                    let value = try #require(test["data"])
                    if try schema.accepts(value) == test["valid"]?.bool { passed += 1 } else { failed.append("\(value)") }
                }
            }
            print("format \(format): \(passed) of \(passed + failed.count)")
            #expect(failed.isEmpty, "\(format)")
        }
    }
}
