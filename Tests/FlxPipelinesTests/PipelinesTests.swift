import FlxEvents
import FlxPipelines
import Testing

@Suite struct PipelinesTests {
    private func text(_ event: some DomainEvent) throws -> String { String(decoding: try event.json(), as: UTF8.self) }

    @Test func keysAreThoseOfTheSeedAndAbsentValuesAreNull() throws {
        #expect(try text(PipelineCreated(pipelineID: "p", pipelineName: "n", pipelineData: ["x": 1]))
            == #"{"pipeline_id":"p","pipeline_name":"n","created_by":null,"pipeline_data":{"x":1}}"#)
        #expect(try text(PipelineUpdated(pipelineID: "p", pipelineName: "n", updatedBy: "desk"))
            == #"{"pipeline_id":"p","pipeline_name":"n","updated_by":"desk","changes":{},"previous_values":{}}"#)
        #expect(try text(PipelineDeleted(pipelineID: "p", pipelineName: "n"))
            == #"{"pipeline_id":"p","pipeline_name":"n","deleted_by":null}"#)
        #expect(try text(PipelineStepAdded(pipelineID: "p", stepID: "s", pluginID: "g"))
            == #"{"pipeline_id":"p","step_id":"s","plugin_id":"g"}"#)
        #expect(try text(PipelineExecutionStarted(executionID: "e", pipelineID: "p", pipelineName: "n"))
            == #"{"execution_id":"e","pipeline_id":"p","pipeline_name":"n","started_by":null,"execution_context":{}}"#)
        #expect(try text(PipelineExecutionCompleted(executionID: "e", pipelineID: "p", pipelineName: "n", durationSeconds: 12.25)) == """
            {"execution_id":"e","pipeline_id":"p","pipeline_name":"n","status":"success","duration_seconds":12.25,"result_data":{}}
            """)
        #expect(try text(ExecutionFailed(pipelineID: "p", error: "x"))
            == #"{"execution_id":null,"pipeline_id":"p","error":"x","step_id":null}"#)
    }

    @Test func fieldsWithAValueFromTheStartMayBeMissingAndOthersNot() throws {
        let read = try PipelineExecutionCompleted(json: Array(
            #"{"duration_seconds":1,"pipeline_id":"p","pipeline_name":"n","execution_id":"e","unheard":[1]}"#.utf8))
        #expect(read == PipelineExecutionCompleted(executionID: "e", pipelineID: "p", pipelineName: "n", durationSeconds: 1))
        let error = #expect(throws: FlxError.self) { try PipelineDeleted(json: Array(#"{"pipeline_id":"p"}"#.utf8)) }
        #expect(error?.message.contains("pipeline_name") == true)
        #expect(throws: FlxError.self) { try PipelineDeleted(json: Array(#"{"pipeline_id":null,"pipeline_name":"n"}"#.utf8)) }
    }

    @Test func allAreRegisteredAndComeBackEqual() throws {
        let registry = try Pipelines.registry()
        #expect(registry.all.count == 9)
        let event = PipelineUpdated(
            pipelineID: "p", pipelineName: "n", changes: ["cron": "0 4 * * *", "big": 9_007_199_254_740_993], previousValues: ["cron": nil])
        #expect(try registry.decode(Event(event)) as? PipelineUpdated == event)
        let failed = ExecutionFailed(executionID: "e", pipelineID: "p", error: "naïve", stepID: "s")
        #expect(try registry.decode(Event(failed)) as? ExecutionFailed == failed)
        for type in Pipelines.reflectionEvents { #expect(type.category.flatMap { registry.type(reflecting: $0, in: nil) } == type) }
    }
}
