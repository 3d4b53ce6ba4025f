import Foundation
import FlxCore
import FlxPipelines
import SharedData
import Testing

/// What a Python service writes, one event a line: each is read to its type and written again to the same bytes.
@Suite(.sharedData) struct SeedGoldenTests {
    private func lines(_ name: String) throws -> [[UInt8]] {
        try Data(contentsOf: SharedData.required("peers/golden/\(name)")).split(separator: UInt8(ascii: "\n")).map { Array($0) }
    }

    /// The event with its payload read to its type and written by that type.
    private func rewritten(_ event: Event, _ registry: EventRegistry) throws -> (any DomainEvent, Event) {
        let typed = try #require(try registry.decode(event), "\(event.type) is not registered")
        var event = event
        event.payload = try .json(typed.json())
        return (typed, event)
    }

    @Test func domainLines() throws {
        let registry = try Pipelines.registry()
        var types: [any DomainEvent.Type] = []
        for line in try lines("domain.jsonl") {
            let event = try DomainForm.decode(line)
            #expect(try DomainForm.encode(event) == line)
            let (typed, again) = try rewritten(event, registry)
            #expect(String(decoding: try DomainForm.encode(again), as: UTF8.self) == String(decoding: line, as: UTF8.self))
            types.append(type(of: typed))
        }
        #expect(types.map { ObjectIdentifier($0) } == Pipelines.domainEvents.map { ObjectIdentifier($0) })
    }

    @Test func reflectionLines() throws {
        let form = ReflectionForm(registry: try Pipelines.registry(), values: .pythonTexts)
        var types: [any DomainEvent.Type] = []
        for line in try lines("reflection.jsonl") {
            let event = try form.decode(line)
            #expect(try form.encode(event) == line)
            let (typed, again) = try rewritten(event, form.registry)
            #expect(String(decoding: try form.encode(again), as: UTF8.self) == String(decoding: line, as: UTF8.self))
            #expect(try ReflectionForm().encode(ReflectionForm().decode(line)) == line)
            types.append(type(of: typed))
        }
        #expect(types.count == 12)
        #expect(types.prefix(3).map { ObjectIdentifier($0) } == Pipelines.reflectionEvents.map { ObjectIdentifier($0) })
    }

    @Test func throughCloudEventsAndBack() throws {
        for line in try lines("domain.jsonl") {
            let event = try DomainForm.decode(line)
            let carried = try CloudEventsJSON.decode(CloudEventsJSON.encode(event))
            #expect(carried == event)
            #expect(try DomainForm.encode(carried) == line)
        }
    }
}
