import FlxCore
import FlxTesting
import Testing

@testable import FlxFiles

@Suite struct TextSplitterTests {
    /// The items of a text that comes in pieces of random sizes.
    private func items(_ text: String, limit: Int = 100, pieces: inout SeededGenerator) -> [TextItem] {
        var splitter = TextSplitter(limit: limit)
        var (items, rest) = ([TextItem](), Array(text.utf8)[...])
        while !rest.isEmpty {
            let piece = rest.prefix(pieces.number(in: 1...12))
            items += splitter.take(Array(piece))
            rest = rest.dropFirst(piece.count)
        }
        // How elements stand in a file of their own is a matter of the import.
        return (items + splitter.finish()).map { item in
            var item = item
            (item.head, item.separator, item.tail) = ([], nil, nil)
            return item
        }
    }

    private func expectItems(_ text: String, _ expected: [(Int, String, String?)], limit: Int = 100) {
        let seed = SeededGenerator.freshSeed()
        var random = SeededGenerator(seed: seed)
        let wanted = expected.map { line, text, fault in
            let ends = fault?.hasSuffix("cut off") ?? false || fault == "something follows the array"
            return TextItem(line: line, bytes: Array(text.utf8), fault: fault, isCut: fault?.hasPrefix("longer") ?? false, endsLog: ends)
        }
        for _ in 0..<50 { #expect(items(text, limit: limit, pieces: &random) == wanted, "seed \(seed)") }
    }

    @Test func `lines, with blank ones, line ends of two bytes, and without the last end`() {
        expectItems("{1}\n\n  \r\n{2}\r\n{3}", [(1, "{1}", nil), (4, "{2}", nil), (5, "{3}", nil)])
        expectItems("\u{FEFF}{1}\n".replacing("\u{FEFF}", with: ""), [(1, "{1}", nil)])
        expectItems("", [])
        expectItems("\n\n", [])
    }

    @Test func `a mark of byte order is passed over`() {
        var splitter = TextSplitter()
        #expect(splitter.take([0xEF, 0xBB, 0xBF] + Array("{}\n".utf8)) == [TextItem(line: 1, bytes: Array("{}".utf8))])
    }

    @Test func `an array of elements over many lines`() {
        expectItems(
            "\n[ {\"a\":[1,2]},\n  {\"b\":\"],}\\\"\"} ,\n 3]\n",
            [(2, "{\"a\":[1,2]}", nil), (3, "{\"b\":\"],}\\\"\"} ", nil), (4, "3", nil)])
        expectItems("[]", [])
        expectItems(" [ ] ", [])
    }

    @Test func `an array that is broken says where`() {
        expectItems("[{},", [(1, "{}", nil), (1, "", "the array does not end; the input was cut off")])
        expectItems("[{}\n", [(2, "{}\n", "the array does not end; the input was cut off")])
        expectItems("[{},,{}]", [(1, "{}", nil), (1, "", "an element of the array is missing"), (1, "{}", nil)])
        expectItems("[{}]\n{}", [(1, "{}", nil), (2, "", "something follows the array")])
    }

    @Test func `what is too long is a fault and costs no memory`() {
        let long = String(repeating: "x", count: 50)
        expectItems(
            "{1}\n\(long)\n{2}\n", [(1, "{1}", nil), (2, String(long.prefix(20)), "longer than 20 bytes"), (3, "{2}", nil)], limit: 20)
        expectItems("[\"\(long)\",{2}]", [(1, "\"" + String(long.prefix(19)), "longer than 20 bytes"), (1, "{2}", nil)], limit: 20)
    }

    @Test func `a mark of byte order is passed over at each line, as where files were joined`() {
        expectItems("\u{FEFF}{1}\n\u{FEFF}{2}\n\u{FEFF}\n{3}\u{FEFF}", [(1, "{1}", nil), (2, "{2}", nil), (4, "{3}\u{FEFF}", nil)])
    }

    @Test func `objects of many lines follow each other`() {
        let object = "{\n  \"a\": {\n    \"b\": \"}\\\"\"\n  }\n}"
        expectItems(object, [(1, object, nil)])
        expectItems("\n \(object)\n\(object)\n", [(2, object, nil), (7, object, nil)])
        expectItems("\u{FEFF}\(object)\nx\n\(object)", [(1, object, nil), (6, "x", nil), (7, object, nil)])
        expectItems("{\n\"a\": [", [(2, "{\n\"a\": [", "the object does not end; the input was cut off")])
    }

    @Test func `a damaged line is one line, also where it has nothing but a bracket`() {
        expectItems("{\n{\"a\":1}\n", [(1, "{", nil), (2, "{\"a\":1}", nil)])
        expectItems("{\n", [(1, "{", nil)])
        expectItems("{\"a\":\n{\"b\":1}", [(1, "{\"a\":", nil), (2, "{\"b\":1}", nil)])
    }
}
