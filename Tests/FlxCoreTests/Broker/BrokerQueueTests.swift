import FlxCore
import Testing

@Suite("Queues")
struct BrokerQueueTests {
    @Test func checksItsName() throws {
        #expect(try BrokerQueue("audit", of: "order.*").name == "audit")
        let long = #expect(throws: FlxError.self) { try BrokerQueue(String(repeating: "q", count: 257), of: "#") }
        #expect(long?.code == .limitExceeded && long?.message.contains("queue") == true)
    }

    @Test func isTheSameByItsBytesAndPattern() throws {
        #expect(try BrokerQueue("é", of: "#") != BrokerQueue("e\u{301}", of: "#"))
        #expect(try BrokerQueue("q", of: "a.*") != BrokerQueue("q", of: "a.#"))
        #expect(try Set([BrokerQueue("q", of: "a"), BrokerQueue("q", of: "a")]).count == 1)
    }
}
