import FlxMacros
import FlxPipelines
import Testing

/// The structs of the example domain, with the macro in place of code by hand.
private enum Twin {
    @Event(category: .created, keys: .snakeCase)
    fileprivate struct PipelineCreated {
        var pipelineID: String
        var pipelineName: String
        var createdBy: String?
        var pipelineData: EventValue = [:]
    }

    @Event(category: .updated, keys: .snakeCase)
    fileprivate struct PipelineUpdated {
        var pipelineID: String
        var pipelineName: String
        var updatedBy: String?
        var changes: EventValue = [:]
        var previousValues: EventValue = [:]
    }

    @Event(category: .deleted, keys: .snakeCase)
    fileprivate struct PipelineDeleted {
        var pipelineID: String
        var pipelineName: String
        var deletedBy: String?
    }

    @Event("pipeline.step.added", version: 1, category: .updated, keys: .snakeCase)
    fileprivate struct PipelineStepAdded {
        var pipelineID: String
        var stepID: String
        var pluginID: String
    }

    @Event(category: .started, keys: .snakeCase)
    fileprivate struct PipelineExecutionStarted {
        var executionID: String
        var pipelineID: String
        var pipelineName: String
        var startedBy: String?
        var executionContext: EventValue = [:]
    }

    @Event(category: .completed, keys: .snakeCase)
    fileprivate struct PipelineExecutionCompleted {
        var executionID: String
        var pipelineID: String
        var pipelineName: String
        var status = "success"
        var durationSeconds: Double
        var resultData: EventValue = [:]
    }

    @Event(category: .started, keys: .snakeCase)
    fileprivate struct ExecutionStarted {
        var executionID: String
        var pipelineID: String
        var startedBy: String?
    }

    @Event(category: .completed, keys: .snakeCase)
    fileprivate struct ExecutionCompleted {
        var executionID: String
        var pipelineID: String
        var durationSeconds: Double
        var rows: Int
        var cached: Bool
    }

    @Event(category: .failed, keys: .snakeCase)
    fileprivate struct ExecutionFailed {
        var executionID: String?
        var pipelineID: String
        var error: String
        var stepID: String?
    }
}

@Suite struct PipelinesTwinTests {
    /// By hand, by macro, and the fields of a payload.
    private static let pairs: [(any DomainEvent.Type, any DomainEvent.Type, [(String, String)])] = [
        (
            PipelineCreated.self, Twin.PipelineCreated.self,
            [("pipeline_id", #""p""#), ("pipeline_name", #""é\n""#), ("created_by", #""desk""#), ("pipeline_data", #"{"b":1,"a":-0.0}"#)]
        ),
        (
            PipelineUpdated.self, Twin.PipelineUpdated.self,
            [
                ("pipeline_id", #""p""#), ("pipeline_name", #""n""#), ("updated_by", "null"), ("changes", #"{"x":[1]}"#),
                ("previous_values", #"{"x":18446744073709551615}"#),
            ]
        ),
        (
            PipelineDeleted.self, Twin.PipelineDeleted.self,
            [("pipeline_id", #""p""#), ("pipeline_name", #""n""#), ("deleted_by", #""plant""#)]
        ),
        (
            PipelineStepAdded.self, Twin.PipelineStepAdded.self,
            [("pipeline_id", #""p""#), ("step_id", #""s""#), ("plugin_id", #""g""#)]
        ),
        (
            PipelineExecutionStarted.self, Twin.PipelineExecutionStarted.self,
            [
                ("execution_id", #""e""#), ("pipeline_id", #""p""#), ("pipeline_name", #""n""#), ("started_by", #""cron""#),
                ("execution_context", #"{"retry":true}"#),
            ]
        ),
        (
            PipelineExecutionCompleted.self, Twin.PipelineExecutionCompleted.self,
            [
                ("execution_id", #""e""#), ("pipeline_id", #""p""#), ("pipeline_name", #""n""#), ("status", #""partial""#),
                ("duration_seconds", "12.75"), ("result_data", #"{"rows":7}"#),
            ]
        ),
        (
            ExecutionStarted.self, Twin.ExecutionStarted.self,
            [("execution_id", #""e""#), ("pipeline_id", #""p""#), ("started_by", #""cron""#)]
        ),
        (
            ExecutionCompleted.self, Twin.ExecutionCompleted.self,
            [
                ("execution_id", #""e""#), ("pipeline_id", #""p""#), ("duration_seconds", "3.5"), ("rows", "9007199254740993"),
                ("cached", "true"),
            ]
        ),
        (
            ExecutionFailed.self, Twin.ExecutionFailed.self,
            [("execution_id", #""e""#), ("pipeline_id", #""p""#), ("error", #""disk \"full\"""#), ("step_id", #""s""#)]
        ),
    ]

    @Test func `every event of the domain has a twin`() {
        let all = Pipelines.domainEvents + Pipelines.reflectionEvents
        #expect(Set(Self.pairs.map { ObjectIdentifier($0.0) }) == Set(all.map { ObjectIdentifier($0) }))
    }

    @Test(arguments: pairs.indices)
    func `macro and hand give the same name, version and category`(index: Int) {
        let (hand, twin, _) = Self.pairs[index]
        #expect(twin.eventType == hand.eventType)
        #expect(twin.schemaVersion == hand.schemaVersion)
        #expect(twin.category == hand.category)
    }

    @Test(arguments: pairs.indices)
    func `macro and hand read and write the same bytes, and refuse the same with the same words`(index: Int) throws {
        let (hand, twin, fields) = Self.pairs[index]
        let full = Self.object(fields)
        #expect(Self.outcome(of: full, as: twin) == full)
        for text in Self.variants(of: fields) {
            #expect(Self.outcome(of: text, as: twin) == Self.outcome(of: text, as: hand), "\(text)")
        }
    }

    @Test func `values made in code are the same bytes`() throws {
        #expect(
            try Twin.PipelineCreated(pipelineID: "p", pipelineName: "n").json()
                == PipelineCreated(pipelineID: "p", pipelineName: "n").json())
        #expect(
            try Twin.PipelineExecutionCompleted(executionID: "e", pipelineID: "p", pipelineName: "n", durationSeconds: 1).json()
                == PipelineExecutionCompleted(executionID: "e", pipelineID: "p", pipelineName: "n", durationSeconds: 1).json())
    }

    /// The payload as a type writes it after reading it, or the error.
    private static func outcome<E: DomainEvent>(of text: String, as type: E.Type) -> String {
        do {
            return String(decoding: try E(json: Array(text.utf8)).json(), as: UTF8.self)
        } catch {
            return "\(error)"
        }
    }

    /// Other orders, more fields, and each field missing, null, of another kind, and twice.
    private static func variants(of fields: [(String, String)]) -> [String] {
        var variants = [object(fields.reversed()), object([("x", #"[{"pipeline_id":1}]"#)] + fields), "{}", "[]", "{", object(fields) + "x"]
        for index in fields.indices {
            var changed = fields
            changed.remove(at: index)
            variants.append(object(changed))
            for value in ["null", "[[]]", #""text""#, "1", "true", "1e400"] {
                changed = fields
                changed[index].1 = value
                variants.append(object(changed))
            }
            variants.append(object(fields + [fields[index]]))
        }
        return variants
    }

    private static func object(_ fields: [(String, String)]) -> String {
        "{" + fields.map { "\"\($0)\":\($1)" }.joined(separator: ",") + "}"
    }
}
