import Testing

@Suite struct EventExpansionTests {
    private static let createdFields = #"""
        nil, .field("pipeline_id", UUID.self), .field("created_by", String?.self, isRequired: false), \#
        .field("status", String.self, isRequired: false, default: "draft")
        """#
    private static let keptFields = #"""
        nil, .field("watched", Int.self, isRequired: false, default: 1), .field("id", Int.self), .field("other", Int.self)
        """#
    private static let namedFields = #"""
        nil, .field("json", Int.self), .field("field", String?.self, isRequired: false), \#
        .field("default", Optional<Bool>.self, isRequired: false), \#
        .field("json_", Int.self, isRequired: false, default: 1)
        """#

    @Test func `a public struct becomes an event with public members`() {
        expectExpansion(
            of: """
                @Event("pipeline.created", version: 2, category: .created, keys: .snakeCase)
                public struct PipelineCreated {
                    public var pipelineID: UUID
                    public let createdBy: String?
                    public var status = "draft"
                }
                """,
            to: """
                public struct PipelineCreated {
                    public var pipelineID: UUID
                    public let createdBy: String?
                    public var status = "draft"

                    public nonisolated init(pipelineID: UUID, createdBy: String?, status: String = "draft") {
                        self.pipelineID = pipelineID
                        self.createdBy = createdBy
                        self.status = status
                    }

                    public nonisolated init(json: inout FlxCore.JSONReader) throws(FlxCore.FlxError) {
                        var pipelineID: UUID?
                        var createdBy: String? = nil
                        try json.beginObject()
                        while let field = try json.nextField(of: Self.jsonFields) {
                            switch field {
                            case 0:
                                pipelineID = try json.read(UUID.self)
                            case 1:
                                createdBy = try json.read(String?.self)
                            default:
                                self.status = try json.read(String.self)
                            }
                        }
                        guard let pipelineID else {
                            throw json.missing("pipeline_id")
                        }
                        self.pipelineID = pipelineID
                        self.createdBy = createdBy
                    }

                    \(schema(Self.createdFields, category: ".created", access: "public "))
                }

                nonisolated extension PipelineCreated: FlxCore.DomainEvent {
                    public static let eventType: FlxCore.EventType = "pipeline.created"
                    public static let schemaVersion: Int = 2
                    private static let jsonFields = FlxCore.JSONFields("pipeline_id", "created_by", "status")

                    public func write(to json: inout FlxCore.JSONWriter) throws(FlxCore.FlxError) {
                        json.beginObject()
                        try json.field("pipeline_id", pipelineID)
                        try json.field("created_by", createdBy)
                        try json.field("status", status)
                        json.endObject()
                    }

                    \(record(of: "PipelineCreated.self"))
                }
                """)
    }

    @Test func `an empty struct needs no name`() {
        expectExpansion(
            of: """
                @Event
                struct PipelineStepAdded {
                }
                """,
            to: """
                struct PipelineStepAdded {

                    nonisolated init() {
                    }

                    nonisolated init(json: inout FlxCore.JSONReader) throws(FlxCore.FlxError) {
                        try json.beginObject()
                        _ = try json.nextField(of: Self.jsonFields)
                    }

                    \(schema(""))
                }

                nonisolated extension PipelineStepAdded: FlxCore.DomainEvent {
                    static let eventType: FlxCore.EventType = "pipeline.step.added"
                    static let schemaVersion: Int = 1
                    private static let jsonFields = FlxCore.JSONFields()

                    func write(to json: inout FlxCore.JSONWriter) throws(FlxCore.FlxError) {
                        json.beginObject()
                        json.endObject()
                    }

                    \(record(of: "PipelineStepAdded.self"))
                }
                """)
    }

    @Test func `what has no place in the payload is passed over`() {
        expectExpansion(
            of: """
                @Event("a")
                struct A: Equatable {
                    static var count = 0; let format = 3
                    lazy var cache = Cache()
                    var double: Int { id * 2 }
                    var watched: Int = 1 { didSet {} }
                    var id, other: Int
                    func f() {}
                    init(id: Int) { self.id = id; other = 2 }
                }
                """,
            to: """
                struct A: Equatable {
                    static var count = 0; let format = 3
                    lazy var cache = Cache()
                    var double: Int { id * 2 }
                    var watched: Int = 1 { didSet {} }
                    var id, other: Int
                    func f() {}
                    init(id: Int) { self.id = id; other = 2 }

                    nonisolated init(json: inout FlxCore.JSONReader) throws(FlxCore.FlxError) {
                        var id: Int?
                        var other: Int?
                        try json.beginObject()
                        while let field = try json.nextField(of: Self.jsonFields) {
                            switch field {
                            case 0:
                                self.watched = try json.read(Int.self)
                            case 1:
                                id = try json.read(Int.self)
                            default:
                                other = try json.read(Int.self)
                            }
                        }
                        guard let id else {
                            throw json.missing("id")
                        }
                        guard let other else {
                            throw json.missing("other")
                        }
                        self.id = id
                        self.other = other
                    }

                    \(schema(Self.keptFields))
                }

                nonisolated extension A: FlxCore.DomainEvent {
                    static let eventType: FlxCore.EventType = "a"
                    static let schemaVersion: Int = 1
                    private static let jsonFields = FlxCore.JSONFields("watched", "id", "other")

                    func write(to json: inout FlxCore.JSONWriter) throws(FlxCore.FlxError) {
                        json.beginObject()
                        try json.field("watched", watched)
                        try json.field("id", id)
                        try json.field("other", other)
                        json.endObject()
                    }

                    \(record(of: "A.self"))
                }
                """)
    }

    @Test func `properties may have any names`() {
        expectExpansion(
            of: """
                @Event("a")
                struct A {
                    var json: Int
                    var field: String!
                    var `default`: Optional<Bool>
                    var json_: Int = 1
                }
                """,
            to: """
                struct A {
                    var json: Int
                    var field: String!
                    var `default`: Optional<Bool>
                    var json_: Int = 1

                    nonisolated init(json: Int, field: String? = nil, `default`: Optional<Bool>, json_: Int = 1) {
                        self.json = json
                        self.field = field
                        self.`default` = `default`
                        self.json_ = json_
                    }

                    nonisolated init(json json__: inout FlxCore.JSONReader) throws(FlxCore.FlxError) {
                        var json: Int?
                        var `default`: Optional<Bool> = nil
                        try json__.beginObject()
                        while let field_ = try json__.nextField(of: Self.jsonFields) {
                            switch field_ {
                            case 0:
                                json = try json__.read(Int.self)
                            case 1:
                                self.field = try json__.read(String?.self)
                            case 2:
                                `default` = try json__.read(Optional<Bool>.self)
                            default:
                                self.json_ = try json__.read(Int.self)
                            }
                        }
                        guard let json else {
                            throw json__.missing("json")
                        }
                        self.json = json
                        self.`default` = `default`
                    }

                    \(schema(Self.namedFields))
                }

                nonisolated extension A: FlxCore.DomainEvent {
                    static let eventType: FlxCore.EventType = "a"
                    static let schemaVersion: Int = 1
                    private static let jsonFields = FlxCore.JSONFields("json", "field", "default", "json_")

                    func write(to json__: inout FlxCore.JSONWriter) throws(FlxCore.FlxError) {
                        json__.beginObject()
                        try json__.field("json", json)
                        try json__.field("field", field)
                        try json__.field("default", `default`)
                        try json__.field("json_", json_)
                        json__.endObject()
                    }

                    \(record(of: "A.self"))
                }
                """)
    }
}
