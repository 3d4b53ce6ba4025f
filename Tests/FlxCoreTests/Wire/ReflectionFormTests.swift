import FlxCore
import FlxPipelines
import Testing

@Suite struct ReflectionFormTests {
    private let completed = """
        {"event_id":"6a2eb398-6767-5b17-9f74-1eb13b29ef8b","event_type":"COMPLETED","aggregate_id":"p-1",\
        "timestamp":"2025-06-23T12:00:00.250000+00:00","version":1,"correlation_id":"9cbce9e2-11b7-5567-988b-16d7af64ed90",\
        "execution_id":"e-1","pipeline_id":"p-1","duration_seconds":"0.25","rows":"12","cached":"False"}
        """

    private func form(_ values: ReflectionForm.Values = .pythonTexts) throws -> ReflectionForm {
        ReflectionForm(registry: try Pipelines.registry(), values: values)
    }

    private func text(_ event: Event, _ form: ReflectionForm) throws -> String { String(decoding: try form.encode(event), as: UTF8.self) }

    @Test func textsBecomeWhatTheTypeDeclares() throws {
        let event = try form().decode(Array(completed.utf8))
        #expect(event.type == ExecutionCompleted.eventType)
        #expect(event.stream == "p-1" && event.correlationID != nil)
        let expected = ExecutionCompleted(executionID: "e-1", pipelineID: "p-1", durationSeconds: 0.25, rows: 12, cached: false)
        #expect(try event.decode(as: ExecutionCompleted.self) == expected)
        #expect(String(decoding: event.payload.bytes, as: UTF8.self)
            == #"{"execution_id":"e-1","pipeline_id":"p-1","duration_seconds":0.25,"rows":12,"cached":false}"#)
        #expect(try text(event, form()) == completed)
    }

    @Test func aTextThatTheTypeDeclaresAsTextStaysOne() throws {
        let started = completed.replacing("COMPLETED", with: "STARTED").replacing("\"e-1\"", with: "\"42\"")
        let event = try form().decode(Array(started.utf8))
        #expect(try event.decode(as: ExecutionStarted.self).executionID == "42")
        // Fields that the type does not know stay too, as they came.
        #expect(try event.value["rows"] == "12")
        #expect(try text(event, form()) == started)
    }

    @Test func withoutATypeTheEventIsDynamicAndKeepsItsTexts() throws {
        let event = try ReflectionForm().decode(Array(completed.utf8), stream: "runs")
        #expect(event.type == "COMPLETED" && event.stream == "runs")
        #expect(try event.value["rows"] == "12" && event.value["cached"] == "False")
        #expect(try text(event, ReflectionForm()) == completed)
        #expect(try text(event, form()) == completed)
        // A version that no type has is dynamic as well.
        let later = completed.replacing("\"version\":1", with: "\"version\":2")
        #expect(try form().decode(Array(later.utf8)).type == "COMPLETED")
    }

    @Test func aStreamPrefixChoosesTheType() throws {
        var registry = EventRegistry()
        try registry.reflect(ExecutionCompleted.self, inStreamsOf: "runs-")
        let form = ReflectionForm(registry: registry)
        #expect(try form.decode(Array(completed.utf8), stream: "runs-7").type == ExecutionCompleted.eventType)
        #expect(try form.decode(Array(completed.utf8), stream: "jobs-7").type == "COMPLETED")
    }

    @Test func ourWriterKeepsTheTypesOfJSONUnlessToldOtherwise() throws {
        let data: EventValue = ["a": 1, "b": true, "c": [1.5, nil], "d": ["k": "v"], "e": nil, "f": "x"]
        let event = try Event(type: "t", data: data, id: EventID("a"), time: Timestamp(nanoseconds: 0))
        let head = #"{"event_id":"a","event_type":"t","aggregate_id":null,"timestamp":"1970-01-01T00:00:00+00:00","version":1"#
        #expect(try text(event, form(.json)) == head + #","a":1,"b":true,"c":[1.5,null],"d":{"k":"v"},"e":null,"f":"x"}"#)
        #expect(try text(event, form()) == head + #","a":"1","b":"True","c":"[1.5, None]","d":"{'k': 'v'}","e":null,"f":"x"}"#)
        #expect(try form(.json).decode(form(.json).encode(event)).value == data)
    }

    @Test func theCategoryOfTheTypeIsWhatTheFormTells() throws {
        let event = try Event(PipelineDeleted(pipelineID: "p", pipelineName: "n"))
        #expect(try text(event, form()).contains(#""event_type":"DELETED""#))
        #expect(try text(event, ReflectionForm()).contains(#""event_type":"pipeline.deleted""#))
    }

    @Test(arguments: [
        (#""rows":"12""#, #""rows":"twelve""#, "/rows"), (#""rows":"12""#, #""rows":"[1]""#, "/rows"),
        (#""rows":"12""#, #""rows":[]"#, "/rows"), (#""rows":"12""#, #""rows":"1.5""#, "/rows"),
        (#""cached":"False""#, #""cached":"no""#, "/cached"),
        (#""duration_seconds":"0.25""#, #""duration_seconds":"nan""#, "/duration_seconds"),
        (#""version":1"#, #""version":"1""#, "/version"), (#""aggregate_id":"p-1""#, #""aggregate_id":5"#, "/aggregate_id"),
    ])
    func whatDoesNotFitTheTypeIsATypedError(_ part: String, _ other: String, _ pointer: String) throws {
        let error = try #require(throws: FlxError.self) { try form().decode(Array(completed.replacing(part, with: other).utf8)) }
        #expect(error.code == .typeMismatch)
        #expect(error.location?.pointer == pointer, "\(error)")
    }

    @Test func aPythonListIsATypedErrorWhereATypeWantsStructure() throws {
        struct Tagged: DomainEvent, Codable {
            static let eventType: EventType = "thing.tagged"
            static let category: EventCategory? = .updated
            var labels: [Int]
            var count: Int
        }
        var registry = EventRegistry()
        try registry.reflect(Tagged.self)
        let form = ReflectionForm(registry: registry)
        func event(_ labels: String) throws -> Event {
            try form.decode(Array(#"{"event_id":"a","event_type":"UPDATED","version":1,"count":"7","labels":\#(labels)}"#.utf8))
        }
        #expect(try event("[1,2]").decode(as: Tagged.self).labels == [1, 2])
        #expect(try event("[1,2]").decode(as: Tagged.self).count == 7)
        let error = #expect(throws: FlxError.self) { try event(#""[1, 2]""#) }
        #expect(error?.code == .typeMismatch && error?.location?.pointer == "/labels")
    }

    @Test func aPayloadThatTheFormCannotHoldIsRefused() throws {
        #expect(throws: FlxError.self) { try form().encode(Event(type: "t", payload: .json([1, 2] as EventValue))) }
        #expect(throws: FlxError.self) { try form().encode(Event(type: "t", payload: .text("{}"))) }
        let error = #expect(throws: FlxError.self) { try form().encode(Event(type: "t", data: ["version": 2])) }
        #expect(error?.message.contains("'version'") == true)
        #expect(try text(Event(id: EventID("a"), type: "t", time: nil), form())
            == #"{"event_id":"a","event_type":"t","aggregate_id":null,"timestamp":null,"version":1}"#)
    }

    @Test func damagedTextsAreRefusedOrReadAndNothingElse() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = WireRandom(seed: seed)
        let form = try form(.json)
        for number in 0..<5_000 {
            let bytes = random.mutated(Array(completed.utf8))
            do {
                let event = try form.decode(bytes)
                // Compared as bytes, since the form cuts times to microseconds.
                let text = try form.encode(event)
                try #require(try form.encode(form.decode(text)) == text, "seed \(seed), text \(number)")
            } catch let error as FlxError {
                try #require(!error.message.isEmpty, "seed \(seed), text \(number)")
            }
        }
    }
}
