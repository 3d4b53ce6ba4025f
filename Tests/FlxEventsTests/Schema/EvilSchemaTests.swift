import FlxCore
import Testing

@testable import FlxEvents

@Suite("Schemas made to take long")
struct EvilSchemaTests {
    @Test("There are two hundred of them")
    func count() {
        #expect(EvilSchema.all.count >= 200)
    }

    @Test("Each is refused, answered, or given up within its steps", arguments: EvilSchema.all)
    func bounded(evil: EvilSchema) throws {
        do {
            var compiler = SchemaCompiler(resolver: .none, assertsFormats: true)
            let program = try compiler.compile(evil.schema, at: "")
            #expect(program.nodes.count <= SchemaCompiler.maximumWork)
            var run = SchemaRun(program, limits: .standard, isQuiet: false)
            do {
                _ = try run.check(0, evil.value)
                #expect(run.steps >= 0)
            } catch {
                #expect(error.code == .limitExceeded)
                // What is one step costs at most as much as one part of a value or 16 bytes of a text.
                #expect(run.steps > -100_000)
            }
            #expect(run.violations.count <= SchemaLimits.standard.maximumViolations)
        } catch {
            let known: Set<FlxError.Code> = [.limitExceeded, .invalidValue, .notFound]
            #expect(known.contains(error.code), "\(error)")
        }
    }

    @Test("Steps are counted: what is done is paid for")
    func counted() throws {
        let schema = try JSONSchema(["items": ["minimum": 0]])
        let value = EventValue.array((0..<1_000).map { .int($0) })
        #expect(try schema.accepts(value))
        let error = #expect(throws: FlxError.self) { try schema.accepts(value, limits: SchemaLimits(maximumSteps: 500)) }
        #expect(error?.code == .limitExceeded)
    }
}
