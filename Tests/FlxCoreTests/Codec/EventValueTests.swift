import FlxCore
import Foundation
import Testing

/// Dynamic values: access, literals, pointers.
@Suite("Event value")
struct EventValueTests {
    let value: EventValue = [
        "text": "é", "whole": 42, "real": 1.5, "yes": true, "nothing": nil, "list": [1, [2, 3], ["k": "v"]], "": 0, "a/b": 1, "m~n": 2,
    ]

    @Test("Fields and elements")
    func access() {
        #expect(value["text"]?.string == "é")
        #expect(value["whole"]?.int == 42)
        #expect(value["whole"]?.double == 42)
        #expect(value["real"]?.double == 1.5)
        #expect(value["real"]?.int == nil)
        #expect(value["yes"]?.bool == true)
        #expect(value["nothing"]?.isNull == true)
        #expect(value["none"] == nil)
        #expect(value["list"]?[1]?[0] == 2)
        #expect(value["list"]?[7] == nil && value["list"]?[-1] == nil && value[0] == nil)
        #expect(value.kind == .object && value["list"]?.kind == .array)
    }

    @Test("JSON pointers", arguments: [
        ("/list/2/k", "v" as EventValue?), ("/list/1/1", 3), ("/", 0), ("/a~1b", 1), ("/m~0n", 2), ("/list/01", nil), ("/list/-", nil),
        ("/list/3", nil), ("list", nil), ("/m~2n", nil), ("/m~", nil), ("/text/x", nil), ("/list/+1", nil),
    ])
    func pointers(pointer: String, found: EventValue?) {
        #expect(value[pointer: pointer] == found)
        #expect(value[pointer: ""] == value)
    }

    @Test("Another encoder gets the exact value of a number, or an error")
    func foreignEncoder() throws {
        for text in ["0.1", "1.50", "-0", "18446744073709551615", "1e22", "0.30000000000000004", "5e-324", "-7e-2", "1E400", "1e-400",
            "0.12345678901234567890123", "123456789012345678901234567890", "9007199254740993.5"] {
            let number = EventValue.number(try #require(JSONNumber(text)))
            let tooLong = ["1E400", "1e-400", "0.12345678901234567890123", "123456789012345678901234567890", "9007199254740993.5"]
            guard let bytes = try? JSONEncoder().encode([number]) else {
                #expect(tooLong.contains(text), "\(text)")
                continue
            }
            let back = try EventValue(json: Array(bytes))[0]
            #expect(back?.double == number.double && !tooLong.contains(text), "\(text): \(String(decoding: bytes, as: UTF8.self))")
        }
    }

    @Test("Setting fields keeps the order of the others")
    func setting() {
        var value: EventValue = ["b": 1, "a": 2]
        value["c"] = 3
        value["b"] = "x"
        value["a"] = nil
        #expect(value.description == #"{"b":"x","c":3}"#)
        value = 5
        value["k"] = true
        #expect(value.description == #"{"k":true}"#)
    }

    @Test("Keys keep their order, numbers and strings their texts")
    func order() throws {
        let text = #"{"z":1.0,"a":{"y":-0,"b":[1e5,null,true]},"é😀":"\n"}"#
        #expect(try EventValue(json: Array(text.utf8)).description == text)
        #expect(try EventDecoder().decode(EventValue.self, from: Array(text.utf8)).description == text)
        let last = try EventValue(json: Array(#"{"a":1,"b":2,"a":3}"#.utf8), duplicates: .allowed)
        #expect(last == ["a": 3, "b": 2])
    }
}
