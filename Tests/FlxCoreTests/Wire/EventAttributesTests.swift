import FlxCore
import Testing

@Suite struct EventAttributesTests {
    private func error(_ change: (inout Event) throws -> Void) rethrows -> FlxError? {
        var event = Event(type: "t")
        try change(&event)
        return #expect(throws: FlxError.self) { try StoreLimits.standard.check(event) }
    }

    @Test func anEventThatCloudEventsCannotCarryIsRefusedBeforeItIsStored() throws {
        #expect(error { $0.source = "" }?.message.contains("source") == true)
        #expect(error { $0.source = "my shop" }?.message.contains("source") == true)
        #expect(error { $0.schemaVersion = 0 }?.message.contains("schemaVersion") == true)
        #expect(error { $0.schemaVersion = 1 << 31 }?.message.contains("schemaVersion") == true)
        #expect(error { $0.dataSchema = "order" }?.message.contains("dataSchema") == true)
        #expect(error { $0.userID = "a\nb" }?.message.contains("userID") == true)
        #expect(error { $0.partitionKey = "\u{9F}" }?.message.contains("partitionKey") == true)
        #expect(error { $0.extensions["zone"] = "\u{7F}" }?.message.contains("zone") == true)
    }

    @Test func anExtensionThatWouldBeReadAsAPropertyIsRefused() throws {
        #expect(error { $0.extensions["schemaversion"] = 5 }?.message.contains("'schemaversion'") == true)
        #expect(error { $0.extensions["tags"] = "a,b" }?.message.contains("'tags'") == true)
        #expect(error { $0.extensions["userid"] = "u" }?.message.contains("'userid'") == true)
        #expect(error { ($0.userID, $0.extensions["userid"]) = ("u", 5) }?.message.contains("'userid'") == true)
        #expect(error { $0.extensions["traceparent"] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" } != nil)
        // What is no value of the property is somebody's extension.
        var event = Event(type: "t")
        event.extensions = ["schemaversion": "5", "tags": "a,,b", "userid": 5, "traceparent": "x", "tracestate": "y", "correlationid": ""]
        try StoreLimits.standard.check(event)
        #expect(try CloudEventsJSON.decode(CloudEventsJSON.encode(event)) == event)
    }

    @Test func everyEventThatAStoreTakesComesBackFromCloudEvents() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = WireRandom(seed: seed)
        for number in 0..<500 {
            let event = try random.event()
            try StoreLimits.standard.check(event)
            try #require(try CloudEventsJSON.decode(CloudEventsJSON.encode(event)) == event, "seed \(seed), event \(number)")
        }
    }

    @Test(arguments: [0x0A, 0x7F, 0x85, 0x9B, 0xFDD0, 0xFFFE, 0x10FFFF] as [UInt32])
    func aNameHasNoControlCharactersOfAnyKind(_ code: UInt32) throws {
        let text = "a" + String(try #require(Unicode.Scalar(code)))
        #expect(throws: FlxError.self) { try StreamName(text) }
        #expect(throws: FlxError.self) { try EventType(text) }
        #expect(throws: FlxError.self) { try FlxCore.Tag(text) }
        #expect(throws: FlxError.self) { try EventID(text) }
    }
}
