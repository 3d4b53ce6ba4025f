import FlxEvents
import FlxPipelines
import Testing

@Suite struct PipelineProjectionTests {
    /// The state after some events, one second apart.
    private func state(after events: [any DomainEvent]) throws -> PipelineProjection {
        var projection = PipelineProjection()
        for (number, event) in events.enumerated() { _ = try projection.apply(recorded(event, Int64(number))) }
        return projection
    }

    private func recorded(_ event: any DomainEvent, _ second: Int64) throws -> RecordedEvent {
        RecordedEvent(
            event: try Event(event, stream: "s", time: time(second)), version: try Version(second + 1), position: try Position(second + 1),
            recordedTime: time(1_000))
    }

    private func time(_ second: Int64) -> Timestamp { Timestamp(nanoseconds: second * 1_000_000_000) }

    private let created = PipelineCreated(
        pipelineID: "p", pipelineName: "nightly", createdBy: "desk", pipelineData: ["description": "copies orders"])

    @Test func aPipelineIsWhatItsEventsMadeOfIt() throws {
        let state = try state(after: [
            created, PipelineUpdated(pipelineID: "p", pipelineName: "hourly", changes: ["cron": "0 * * * *"]),
            PipelineStepAdded(pipelineID: "p", stepID: "s1", pluginID: "tap"),
            PipelineExecutionStarted(executionID: "e1", pipelineID: "p", pipelineName: "hourly"),
            PipelineExecutionCompleted(executionID: "e1", pipelineID: "p", pipelineName: "hourly", durationSeconds: 12.25),
        ])
        let pipeline = try #require(state.pipelines["p"])
        #expect(String(decoding: try pipeline.json(), as: UTF8.self) == """
            {"id":"p","name":"hourly","description":"copies orders","created_by":"desk","created_at":"1970-01-01T00:00:00Z",\
            "execution_count":1,"last_execution":{"id":"e1","status":"success","started_at":"1970-01-01T00:00:03Z","duration":12.25}}
            """)
    }

    @Test func theLastRunCountsAndAnEarlierOneChangesNothing() throws {
        let state = try state(after: [
            created, ExecutionStarted(executionID: "e1", pipelineID: "p"), ExecutionStarted(executionID: "e2", pipelineID: "p"),
            ExecutionFailed(executionID: "e1", pipelineID: "p", error: "x"),
        ])
        #expect(state.pipelines["p"]?.executionCount == 2)
        #expect(state.pipelines["p"]?.lastExecution?.id == "e2")
        #expect(state.pipelines["p"]?.lastExecution?.status == "running")
    }

    @Test func theReflectionFormsEndARunToo() throws {
        let started = ExecutionStarted(executionID: "e", pipelineID: "p")
        let failed = try state(after: [created, started, ExecutionFailed(pipelineID: "p", error: "x")])
        #expect(failed.pipelines["p"]?.lastExecution?.status == "failed")
        let done = ExecutionCompleted(executionID: "e", pipelineID: "p", durationSeconds: 2, rows: 1, cached: false)
        let completed = try state(after: [created, started, done])
        #expect(completed.pipelines["p"]?.lastExecution?.durationSeconds == 2)
    }

    @Test func aDescriptionOfNullTakesItAway() throws {
        let update = PipelineUpdated(pipelineID: "p", pipelineName: "nightly", changes: ["description": nil])
        #expect(try state(after: [created, update]).pipelines["p"]?.description == nil)
    }

    @Test func whatIsDeletedOrWasNeverCreatedIsNotThere() throws {
        let deleted = PipelineDeleted(pipelineID: "p", pipelineName: "nightly")
        #expect(try state(after: [created, deleted, ExecutionStarted(executionID: "e", pipelineID: "p")]) == PipelineProjection())
    }

    @Test func otherTypesAndVersionsAreNotHandled() throws {
        var projection = PipelineProjection()
        var other = try recorded(created, 0).event
        other.schemaVersion = 2
        let later = RecordedEvent(event: other, version: 1, position: 1, recordedTime: time(0))
        #expect(try !projection.apply(later))
        #expect(try !projection.apply(recorded(PipelineStepAdded(pipelineID: "p", stepID: "s", pluginID: "g"), 0)))
        #expect(try projection.apply(recorded(created, 0)))
        #expect(try PipelineProjection.selection.matches(recorded(created, 0)))
    }

    @Test func aRunnerlessStateComesFromAStore() async throws {
        let store = MemoryEventStore()
        try await store.append([Event(created)], to: "pipeline-p")
        let state = try await store.state(of: PipelineProjection())
        #expect(state.sorted.map(\.name) == ["nightly"])
    }
}
