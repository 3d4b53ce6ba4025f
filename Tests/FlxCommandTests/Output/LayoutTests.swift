import FlxCore
import Foundation
import Testing

@testable import FlxCommand

@Suite struct LayoutTests {
    @Test func `columns are as wide as their rows, numbers to the right`() {
        let rows = [["ab", "1"], ["漢字", "1234"]]
        let table = Table([Column("name"), Column("n", .right)], fitting: rows, limit: nil)
        #expect([table.header] + rows.map(table.line) == ["NAME     N", "ab       1", "漢字  1234"])
    }

    @Test func `a line ends where the terminal does`() {
        let table = Table([Column("name"), Column("data")], fitting: [["abc", "x"]], limit: 10)
        #expect(table.line(["abc", "1234"]) == "abc   1234")
        #expect(table.line(["abc", "12345"]) == "abc   123…")
        #expect(TextWidth.of(TextWidth.cut("漢字漢字漢字", to: 6)) <= 6)
        #expect(TextWidth.of("e\u{301}") == 1)
    }

    @Test func `a long text leaves room for the columns behind it`() {
        let rows = [["1", "stream-of-a-long-name", "type", "data"], ["123456789012345", "s", "t", "d"]]
        let table = Table([Column("n", .right), Column("stream"), Column("type"), Column("data")], fitting: rows, limit: 48)
        #expect(rows.map(table.line) == ["              1  stream-of-a-lon…  type  data", "123456789012345  s                 t     d"])
        let wide = Table([Column("stream"), Column("data")], fitting: [["stream-of-a-long-name", "x"]], limit: nil)
        #expect(wide.line(["stream-of-a-long-name", "x"]) == "stream-of-a-long-name  x")
    }

    @Test func `numbers for people`() {
        #expect([0, 7, 999, 1000, 1_234_567, -1000].map(Quantity.grouped) == ["0", "7", "999", "1,000", "1,234,567", "-1,000"])
        #expect([0, 999, 1000, 123_456, 2_715_648].map(Quantity.bytes) == ["0 B", "999 B", "1.0 kB", "123 kB", "2.7 MB"])
        #expect([1, 999, 1000].map(Quantity.faults) == ["1 fault", "999 faults", "1,000 faults or more"])
        #expect([0.04, 9.94, 12.4, 65, 3_600].map(Quantity.time) == ["0.0 s", "9.9 s", "12 s", "1 min 05 s", "1 h 00 min"])
        #expect(Quantity.decimal(-1.25, 1) == "-1.3" || Quantity.decimal(-1.25, 1) == "-1.2")
        #expect(Quantity.decimal(2.996, 2) == "3.00")
    }

    @Test func `progress tells rate and remaining time`() {
        #expect(ProgressMeter.text("import", 50_000, part: 0.25, seconds: 2) == "import: 50,000 events, 25,000/s, 25 %, 6.0 s left")
        #expect(ProgressMeter.text("import", 10, part: nil, seconds: 0) == "import: 10 events, 0/s")
    }

    @Test(arguments: OutputFormat.allCases) func `a listing in each format`(_ format: OutputFormat) throws {
        let pipe = Pipe()
        let console = Console(output: pipe.fileHandleForWriting.fileDescriptor, errors: 2)
        var listing = Listing([Column("name"), Column("n", .right)], as: format, to: console)
        try listing.add(["a\u{1B}b", "1"], json: ["name": "a\u{1B}b", "n": 1])
        try listing.add(["c", "2"], json: ["name": "c", "n": 2])
        try listing.finish()
        let expected = switch format {
        case .table: "NAME      N\na\\u{1B}b  1\nc         2\n"
        case .plain: "a\\u{1B}b\t1\nc\t2\n"
        case .json: "[\n{\"name\":\"a\\u001bb\",\"n\":1},\n{\"name\":\"c\",\"n\":2}\n]\n"
        case .jsonl: "{\"name\":\"a\\u001bb\",\"n\":1}\n{\"name\":\"c\",\"n\":2}\n"
        }
        #expect(String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self) == expected)
    }

    @Test func `an empty listing is an empty document`() throws {
        let pipe = Pipe()
        let console = Console(output: pipe.fileHandleForWriting.fileDescriptor, errors: 2)
        var listing = Listing([Column("name")], as: .json, to: console)
        try listing.finish()
        #expect(String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self) == "[]\n")
    }
}
