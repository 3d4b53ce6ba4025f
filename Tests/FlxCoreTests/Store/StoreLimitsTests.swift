import FlxCore
import Testing

@Suite("Store limits")
struct StoreLimitsTests {
    private var limits: StoreLimits {
        var limits = StoreLimits()
        (limits.eventBytes, limits.appendEvents, limits.appendBytes, limits.tags, limits.extensions) = (1000, 3, 2000, 2, 2)
        return limits
    }

    private func code(_ events: [Event], _ limits: StoreLimits? = nil) -> FlxError.Code? {
        let limits = limits ?? self.limits
        do {
            try limits.check([StreamWrite(events, to: "s")])
            return nil
        } catch {
            return error.code
        }
    }

    @Test func countsEventsTagsAndExtensions() {
        #expect(code([Event(type: "a"), Event(type: "a"), Event(type: "a")]) == nil)
        #expect(code((1...4).map { _ in Event(type: "a") }) == .limitExceeded)
        #expect(code([Event(type: "a", tags: ["x", "y"])]) == nil)
        #expect(code([Event(type: "a", tags: ["x", "y", "z"])]) == .limitExceeded)
        #expect(code([Event(type: "a", extensions: ["x": 1, "y": 2, "z": 3])]) == .limitExceeded)
    }

    @Test("the size of an event is that of its payload and of every text in its envelope")
    func countsBytes() throws {
        let text = String(repeating: "x", count: 900)
        let name = try StreamName(String(repeating: "n", count: 256))
        let large: [Event] = [
            Event(type: "a", payload: try .text(text + text)), Event(type: "a", source: text + text),
            Event(type: "a", payload: try .text(text), userID: text), Event(type: "a", payload: try .text(text), partitionKey: text),
            Event(type: "a", payload: try .text(text), dataSchema: "urn:" + text),
            Event(type: "a", payload: try .text(text), extensions: ["x": .string(text)]),
            Event(
                type: "a", payload: try .text(text), correlationID: try EventID(name.description),
                causationID: try EventID(name.description)),
        ]
        for event in large { #expect(code([event]) == .limitExceeded, "\(event)") }
        #expect(code([Event(type: "a", payload: try .text(String(text.dropLast(100))))]) == nil)
    }

    @Test func sumsTheBytesOfAnAppend() throws {
        let event = { Event(type: "a", payload: try .binary(Array(repeating: 0, count: 700))) }
        #expect(code([try event(), try event()]) == nil)
        #expect(code([try event(), try event(), try event()]) == .limitExceeded)
    }

    @Test func refusesWrongValues() {
        let event = Event(type: "a")
        #expect(code([event, event]) == .invalidValue)
        #expect(code([Event(type: "a", schemaVersion: 0)]) == .invalidValue)
        #expect(code([Event(type: "a", source: "")]) == .invalidValue)
        #expect(code([]) == nil)
    }
}
