import FlxCore
import Testing

@Suite("Envelopes")
struct EnvelopeTests {
    @Test("a trace context has the form of W3C, version 00")
    func traceContext() throws {
        let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        #expect(try TraceContext(parent: parent, state: "a=1,b=2").parent == parent)
        for broken in [
            "", "00", parent.uppercased(), parent + "-", "01" + parent.dropFirst(2), String(parent.dropLast()),
            parent.replacing("-", with: "_"),
            "00-00000000000000000000000000000000-b7ad6b7169203331-01", "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        ] {
            #expect(throws: FlxError.self, "\(broken)") { try TraceContext(parent: broken) }
        }
        #expect(throws: FlxError.self) { try TraceContext(parent: parent, state: String(repeating: "x", count: 513)) }
        #expect(throws: FlxError.self) { try TraceContext(parent: parent, state: "a=ü") }
        #expect(throws: FlxError.self) { try TraceContext(parent: parent, state: "a=\n") }
    }

    @Test("a media type is printable ASCII of 1 to 256 bytes")
    func mediaTypes() throws {
        #expect(try Payload.text("ü").bytes == Array("ü".utf8))
        #expect(try Payload.binary([0, 255]).contentType == nil)
        for broken in ["", "text/\u{E9}", "text/\n", String(repeating: "x", count: 257)] {
            #expect(throws: FlxError.self) { try Payload.text("", contentType: broken) }
            #expect(throws: FlxError.self) { try Payload.binary([], contentType: broken) }
        }
    }

    @Test("an append sets the stream of its events")
    func streamWrite() {
        let events = [Event(type: "a", stream: "other"), Event(type: "a"), Event(type: "a", stream: "s")]
        #expect(StreamWrite(events, to: "s").events.map(\.stream) == ["s", "s", "s"])
    }

    @Test("an event has an id of its own, the time of the clock, and no stream")
    func defaults() {
        let (first, second) = (Event(type: "a"), Event(type: "a"))
        #expect(first.id != second.id && first.time != nil && first.stream == nil)
        #expect(first.source == "/flx" && first.schemaVersion == 1 && first.payload == .none)
    }
}
