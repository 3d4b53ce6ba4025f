import FlxCore
import FlxPipelines
import Testing

@Suite struct DomainFormTests {
    private let full = """
        {"event_id":"4c34b7cf-7343-5624-83c4-00a7f6e6e784","event_type":"pipeline.deleted",\
        "occurred_at":"2025-06-23T12:00:00.007000+00:00","aggregate_id":"p-1","aggregate_type":"Pipeline","event_version":3,\
        "correlation_id":"9cbce9e2-11b7-5567-988b-16d7af64ed90","causation_id":"d4131552-e514-5c37-b0d0-5855325f9c16",\
        "user_id":"desk","data":{"pipeline_id":"p-1","f":1e-07,"n":[null]}}
        """

    private func decode(_ text: String) throws -> Event { try DomainForm.decode(Array(text.utf8)) }

    private func text(_ event: Event) throws -> String { String(decoding: try DomainForm.encode(event), as: UTF8.self) }

    @Test func eachMemberHasItsPlaceInTheEvent() throws {
        let event = try decode(full)
        #expect(event.id.description == "4c34b7cf-7343-5624-83c4-00a7f6e6e784")
        #expect(event.type == "pipeline.deleted" && event.schemaVersion == 3)
        #expect(event.time == (try Timestamp("2025-06-23T12:00:00.007Z")))
        #expect(event.extensions == ["aggregateid": "p-1", "aggregatetype": "Pipeline"])
        #expect(event.stream == "p-1" && event.userID == "desk")
        #expect(event.correlationID?.description == "9cbce9e2-11b7-5567-988b-16d7af64ed90")
        #expect(event.causationID?.description == "d4131552-e514-5c37-b0d0-5855325f9c16")
        #expect(String(decoding: event.payload.bytes, as: UTF8.self) == #"{"pipeline_id":"p-1","f":1e-07,"n":[null]}"#)
        #expect(try text(event) == full)
    }

    @Test func theStreamItWasReadFromDoesNotReplaceTheAggregate() throws {
        let event = try DomainForm.decode(Array(full.utf8), stream: "nightly")
        #expect(event.stream == "nightly")
        #expect(try text(event) == full)
    }

    @Test func anEventOfOursTellsItsStreamAsTheAggregate() throws {
        let event = Event(id: try EventID("a"), type: "t", stream: "s", time: Timestamp(nanoseconds: 1_999))
        #expect(try text(event) == """
            {"event_id":"a","event_type":"t","occurred_at":"1970-01-01T00:00:00.000001+00:00","aggregate_id":"s","aggregate_type":null,\
            "event_version":1,"correlation_id":null,"causation_id":null,"user_id":null,"data":null}
            """)
    }

    @Test func nullsAreWrittenAndReadAsAbsent() throws {
        let nulls = """
            {"event_id":"a","event_type":"t","occurred_at":null,"aggregate_id":null,"aggregate_type":null,"event_version":1,\
            "correlation_id":null,"causation_id":null,"user_id":null,"data":null}
            """
        let event = try decode(nulls)
        #expect(event == Event(id: try EventID("a"), type: "t", time: nil))
        #expect(try text(event) == nulls)
        #expect(try decode(#"{"event_type":"t","later":{"x":[1]},"event_id":"a"}"#) == event)
    }

    @Test(arguments: [
        (#"{"event_type":"t"}"#, "event_id"), (#"{"event_id":"a"}"#, "event_type"), (#"{"event_id":null,"event_type":"t"}"#, "event_id"),
        (#"{"event_id":1,"event_type":"t"}"#, "event_id"), (#"{"event_id":"","event_type":"t"}"#, "event_id"),
        (#"{"event_id":"a","event_type":"t","occurred_at":"2025-06-23T12:00:00"}"#, "occurred_at"),
        (#"{"event_id":"a","event_type":"t","event_version":0}"#, "event_version"),
        (#"{"event_id":"a","event_type":"t","event_version":"1"}"#, "event_version"),
        (#"{"event_id":"a","event_type":"t","correlation_id":[]}"#, "correlation_id"),
        (#"{"event_id":"a","event_type":"t","user_id":7}"#, "user_id"),
        (#"{"event_id":"a","event_type":"t","aggregate_type":7}"#, "aggregate_type"),
    ])
    func aWrongMemberIsNamed(_ text: String, _ member: String) {
        let error = #expect(throws: FlxError.self) { try decode(text) }
        #expect(error?.description.contains(member) == true, "\(String(describing: error))")
    }

    @Test func onlyJSONIsCarried() throws {
        #expect(throws: FlxError.self) { try DomainForm.encode(Event(type: "t", payload: .text("x"))) }
        #expect(throws: FlxError.self) { try DomainForm.encode(Event(type: "t", payload: .binary([1]))) }
    }

    @Test func damagedTextsAreRefusedOrReadAndNothingElse() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = WireRandom(seed: seed)
        for number in 0..<10_000 {
            let bytes = random.mutated(Array(full.utf8))
            do {
                let event = try DomainForm.decode(bytes)
                // Compared as bytes, since the form cuts times to microseconds.
                let text = try DomainForm.encode(event)
                try #require(try DomainForm.encode(DomainForm.decode(text)) == text, "seed \(seed), text \(number)")
            } catch let error as FlxError {
                try #require(!error.message.isEmpty, "seed \(seed), text \(number)")
            }
        }
    }
}
