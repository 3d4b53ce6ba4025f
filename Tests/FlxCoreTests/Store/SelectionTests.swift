import FlxCore
import Testing

@Suite("Selections and queries")
struct SelectionTests {
    private func recorded(_ event: Event, in stream: StreamName = "s") -> RecordedEvent {
        var event = event
        event.stream = stream
        return RecordedEvent(event: event, version: 1, position: 1, recordedTime: Timestamp(nanoseconds: 1000))
    }

    @Test("a criterion asks for any of its types and all of its tags; a query for any of its criteria")
    func queries() {
        let event = Event(type: "a", tags: ["x", "y"])
        for query: Query in [
            .all, .events("a"), .events("b", "a"), .events(tagged: "x"), .events("a", tagged: "y", "x"),
            .events("b").or(.events(tagged: "x")),
            .events("b").or(.all), Query(criteria: [.init()]),
        ] {
            #expect(query.matches(event), "\(query)")
        }
        for query: Query in [
            .events("b"), .events(tagged: "z"), .events("a", tagged: "x", "z"), .events("b").or(.events("a", tagged: "z")),
        ] {
            #expect(!query.matches(event), "\(query)")
        }
    }

    @Test("all parts of a selection must fit")
    func parts() {
        let event = recorded(Event(type: "a", time: Timestamp(nanoseconds: 5), tags: ["x"]), in: "order-1")
        for selection: Selection in [
            .all, .stream("order-1"), .prefix("order-"), .prefix(""), .prefix("order-1"), .types("a"), .tags("x"),
            Selection(since: Timestamp(nanoseconds: 5), until: Timestamp(nanoseconds: 6)),
        ] {
            #expect(selection.matches(event), "\(selection)")
        }
        for selection: Selection in [
            .stream("order"), .prefix("order-11"), .types("b"), .tags("x", "y"), Selection(until: Timestamp(nanoseconds: 5)),
            Selection(since: Timestamp(nanoseconds: 6)), Selection(.stream("order-1"), .events("b")),
        ] {
            #expect(!selection.matches(event), "\(selection)")
        }
    }

    @Test("an event without a time has that of its recording")
    func times() {
        let event = recorded(Event(type: "a", time: nil))
        #expect(Selection(since: Timestamp(nanoseconds: 1000), until: Timestamp(nanoseconds: 1001)).matches(event))
        #expect(!Selection(until: Timestamp(nanoseconds: 1000)).matches(event))
    }

    @Test("a prefix may end within a character")
    func prefixes() {
        #expect(Selection.prefix("e").matches(recorded(Event(type: "a"), in: "e\u{301}")))
        #expect(!Selection.prefix("e").matches(recorded(Event(type: "a"), in: "é")))
        #expect(!Selection.prefix("é").matches(recorded(Event(type: "a"), in: "e\u{301}")))
    }

    @Test("system streams are selected by everything, by their name, and by a prefix that begins as they do")
    func systemStreams() {
        let event = recorded(Event(type: "a", tags: ["x"]), in: "flx-a")
        let (with, without): ([Selection], [Selection]) = (
            [.everything, Selection(.everything, .events("a", tagged: "x")), .stream("flx-a"), .prefix("flx-"), .prefix("flx-a")],
            [.all, .types("a"), .tags("x"), .prefix(""), .prefix("f"), .prefix("flx"), .prefix("flx-b"), .stream("flx-")]
        )
        for selection in with { #expect(selection.matches(event), "\(selection)") }
        for selection in without { #expect(!selection.matches(event), "\(selection)") }
        for name: StreamName in ["flx", "FLX-a", "a-flx-a", "flxa", "flx_a"] {
            let other = recorded(Event(type: "a"), in: name)
            for selection in [Selection.all, .everything, .prefix(""), .prefix(name.description)] {
                #expect(selection.matches(other), "\(name), \(selection)")
            }
        }
        #expect(Set([Selection.all, .everything, .prefix("")]).count == 3)
        #expect(!Boundary(.all, after: .start).matches(event.event) && Boundary(.all, in: .everything, after: .start).matches(event.event))
    }

    @Test("expectations of a version")
    func expectations() {
        let versions: [Version] = [0, 1, 2]
        #expect(versions.map { ExpectedVersion.any.allows($0) } == [true, true, true])
        #expect(versions.map { ExpectedVersion.noStream.allows($0) } == [true, false, false])
        #expect(versions.map { ExpectedVersion.exists.allows($0) } == [false, true, true])
        #expect(versions.map { ExpectedVersion.exactly(1).allows($0) } == [false, true, false])
    }
}
