import FlxCore
import FlxTesting
import SharedData
import Testing

@testable import FlxEvents

@Suite struct EventConditionTests {
    private let recorded = RecordedEvent(
        event: Event(
            type: "order.placed", stream: "order-1", time: Timestamp(nanoseconds: 1_700_000_000_500_000_000),
            payload: Payload(
                unchecked: Array(
                    """
                    {"total":120.50,"big":9007199254740993,"items":[{"sku":"a"},{"sku":"b"}],"paid":true,"note":null,\
                    "odd key":"x","and":1,"day":"2026-01-31","minus":-3}
                    """.utf8), form: .json, contentType: nil),
            extensions: ["region": "eu", "count": 3]),
        version: 4, position: 42, recordedTime: Timestamp(nanoseconds: 0))

    @Test(arguments: [
        "data.total > 100", "data.total >= 120.5", "data.total == 120.50", "data.total = 120.5e0", "data.total != 7", "data.minus < -2",
        "data.big = 9007199254740993", "not data.big = 9007199254740992", "data.items[1].sku = 'b'", "data.paid", "data.paid = true",
        "data.note = null", "exists(data.note)", "exists data.total and not exists data.nothing", "data.\"odd key\" = \"x\"",
        "data['odd key'] = 'x'", "data.and = 1", "type = 'order.placed' and subject = 'order-1'", "stream < 'order-2'",
        "position = 42 and version > 3", "time > '2023-11-14T22:13:20Z'", "time = '2023-11-15T00:13:20.5+02:00'", "time < '2024-01-01'",
        "data.day >= '2026-01-31'", "ext-region = 'eu' and ext-count > 2", "false = data.paid or data.total < 1000",
        "not (data.paid and data.total < 100)", "not not data.paid", "100 < data.total", "data.items != 1",
        "type = 'order.placed'AND data.paid",
        "data.total > 1 and data.total < 10 or data.paid", "schemaversion = 1", "data.nothing = 1 or data.paid",
    ])
    func `holds`(_ text: String) throws {
        #expect(try EventCondition(parsing: text).matches(recorded))
    }

    @Test(arguments: [
        "data.total > 120.5", "data.nothing != 1", "data.nothing.deeper = 1", "data.items[2].sku = 'b'", "data.total = '120.50'",
        "data.total", "data.items > 1", "exists(userid)", "not data.paid", "data.paid and (data.total < 100 or data.minus > 0)",
        "ext-nothing = 1", "data.note > 1", "correlationid = 'x'", "data.paid > false",
    ])
    func `does not hold`(_ text: String) throws {
        #expect(try !EventCondition(text).matches(recorded))
    }

    @Test(arguments: [
        ("", 1), ("data.total >", 13), ("data.total > > 1", 14), ("dta.total > 1", 1), ("data. > 1", 7), ("data[x] = 1", 6),
        ("data[-1] = 1", 6), ("(data.paid", 11), ("data.paid)", 10), ("data.paid data.paid", 11), ("data.text = 'open", 13),
        ("data.n = 01", 10), ("data.n = 1 && data.m", 12), ("'a'", 4), ("data[1 = 2", 8), ("exists()", 8), ("data.a = and", 10),
    ])
    func `an error points at its column`(_ text: String, _ column: Int) {
        let error = #expect(throws: ConditionFault.self) { try EventCondition(parsing: text) }
        #expect(error?.column == column, "\(error?.reason ?? "")")
    }

    @Test func `arrays and objects are equal by the values of their numbers, fields in any order`() throws {
        let data = #"{"a":{"x":1,"y":[2.0]},"b":{"y":[2],"x":1e0},"c":[1],"d":[1.0],"e":[2],"n":{"\u00e9":1},"o":{"e\u0301":1}}"#
        let recorded = RecordedEvent(
            event: Event(type: "t", payload: try .json(Array(data.utf8))), version: 1, position: 1, recordedTime: Timestamp(nanoseconds: 0))
        for text in ["data.a = data.b", "data.c = data.d", "data.c != data.e", "data.n != data.o", "not data.c != data.d"] {
            #expect(try EventCondition(parsing: text).matches(recorded), "\(text)")
        }
    }

    @Test func `length and depth are bounded`() {
        let deep = String(repeating: "(", count: 100_000)
        #expect(throws: ConditionFault.self) { try EventCondition(parsing: deep) }
        let nested = String(repeating: "(", count: 33) + "data.a" + String(repeating: ")", count: 33)
        #expect(throws: ConditionFault.self) { try EventCondition(parsing: nested) }
        #expect(throws: ConditionFault.self) { try EventCondition(parsing: String(repeating: "not ", count: 1100) + "data.a") }
        let long = "data.a" + String(repeating: " or data.a", count: 400)
        #expect(throws: Never.self) { try EventCondition(parsing: long) }
    }

    /// Values and conditions that hold for those at certain places.
    @Test(arguments: [
        ("n = 123456789012345678901234567890", [0]), ("n = 18446744073709551616", [3]), ("n = -9223372036854775808", []),
        ("n > 5", [0, 1, 2, 3, 4, 7]),
        ("n = 0", []), ("n = 1e400", [4, 7]), ("n = 10e399", [4, 7]), ("n < -5", [6]), ("n > 0 and n < 1", [5]),
        ("n != 1e400", [0, 1, 2, 3, 5, 6]),
        ("n < 10e9223372036854775807", [0, 1, 2, 3, 4, 5, 6, 7]), ("n > 0.1e-9223372036854775808", [0, 1, 2, 3, 4, 5, 7]),
        ("n >= 123456789012345678901234567890.5", [1, 4, 7]), ("n <= 1e-400", [5, 6]),
    ])
    func `numbers are compared exactly`(_ condition: String, _ expected: [Int]) throws {
        let numbers = [
            "123456789012345678901234567890", "123456789012345678901234567891", "18446744073709551617", "18446744073709551616",
            "1e400", "1e-400", "-9223372036854775809", "10e399",
        ]
        let condition = try EventCondition(parsing: "data.\(condition)".replacing("and n", with: "and data.n"))
        let found = numbers.indices.filter { condition.matches(event(numbers[$0])) }
        #expect(found == expected)
    }

    private func event(_ number: String) -> RecordedEvent {
        let payload = Payload(unchecked: Array(#"{"n":\#(number)}"#.utf8), form: .json, contentType: nil)
        return RecordedEvent(
            event: Event(type: "t", stream: "s", payload: payload), version: 1, position: 1, recordedTime: Timestamp(nanoseconds: 0))
    }

    @Test func `numbers of a grammar compare as when they are written out`() throws {
        let seed = SeededGenerator.freshSeed()
        var random = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            let (left, right) = (NumberGrammar.number(using: &random), NumberGrammar.number(using: &random))
            guard left.utf8.count <= 1024, right.utf8.count <= 1024 else { continue }
            let holds = try ["<", "=", ">"].map { try EventCondition(parsing: "data.n \($0) \(right)").matches(event(left)) }
            #expect(holds.count(where: \.self) == 1, "\(left) and \(right), seed \(seed)")
            guard let order = PlainDecimal(left).flatMap({ left in PlainDecimal(right).map { left.compared(to: $0) } }) else { continue }
            #expect(holds == [order < 0, order == 0, order > 0], "\(left) and \(right), seed \(seed)")
        }
    }

    @Test func `an event without JSON has no data`() throws {
        let text = RecordedEvent(
            event: Event(type: "t", stream: "s", payload: try .text("hello")), version: 1, position: 1,
            recordedTime: Timestamp(nanoseconds: 0))
        #expect(try !EventCondition("exists(data)").matches(text))
        #expect(try EventCondition(parsing: "datacontenttype = 'text/plain'").matches(text))
    }

    @Test func `a filter asks for pattern and condition, and says where a condition goes wrong`() throws {
        let condition = try EventCondition("data.total > 100")
        #expect(condition.description == "data.total > 100")
        #expect(EventFilter(matching: ["order.*"], where: condition).accepts(recorded))
        #expect(!EventFilter(matching: ["invoice.*"], where: condition).accepts(recorded))
        #expect(!EventFilter(where: try EventCondition("data.total > 200")).accepts(recorded))
        let error = #expect(throws: FlxError.self) { try EventCondition("data.total >") }
        #expect(error?.code == .invalidValue && error?.message.hasSuffix("at column 13") == true)
    }
}
