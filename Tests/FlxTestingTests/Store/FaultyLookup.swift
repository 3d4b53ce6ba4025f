import FlxCore
import FlxTesting
import Testing

/// One way in which a store can find the wrong things in its log.
enum LookupFault: String, Fault {
    case none
    case findsNothing
    case ignoresCase
    case answersWithTheLast
    case ignoresThePrefix
    case listsOneTooFew
    case countsTypesOnce
    case countsEmptyStreams
    case answersWhenClosed
    case findsNoSystem
    case listsNoSystem
    case countsNoSystem

    var broken: Set<String> {
        switch self {
        case .none: []
        case .findsNothing: ["lookup.id", "system.directory", "close.capabilities"]
        case .ignoresCase, .answersWithTheLast: ["lookup.id"]
        case .ignoresThePrefix, .listsOneTooFew: ["directory.streams", "system.directory"]
        case .countsTypesOnce: ["directory.types"]
        case .countsEmptyStreams: ["statistics.counts", "system.directory"]
        case .answersWhenClosed: ["close.capabilities"]
        case .findsNoSystem, .listsNoSystem, .countsNoSystem: ["system.directory"]
        }
    }
    var hanging: Set<String> { [] }
    var isBroad: Bool { false }
}

@Suite("Wrong stores of ids", .serialized)
struct WrongLookupTests {
    @Test("a wrong store is caught by the rule that it breaks", arguments: LookupFault.allCases)
    func isCaught(_ fault: LookupFault) async {
        await expectCaught(
            fault,
            by: { deadline -> [ConformanceRule<any EventStore>] in
                let features = StoreFeatures(capabilities: [], deadline: deadline, seed: 7)
                return EventStoreRules.all(features).filter { rule in
                    ["lookup", "directory", "statistics", "close.capabilities", "system.directory"].contains { rule.name.hasPrefix($0) }
                }
            }
        ) { FaultyLookup(fault) }
    }
}

/// The store in memory, which finds events with one fault.
final class FaultyLookup: StoreDouble {
    private let fault: LookupFault
    let inner = MemoryEventStore()

    init(_ fault: LookupFault) { self.fault = fault }

    func event(_ id: EventID) async throws(FlxError) -> RecordedEvent? {
        switch fault {
        case .findsNothing: return nil
        case .ignoresCase:
            let events = try await inner.read(.everything, .forward, limit: 1_000).events
            return events.first { $0.id.description.lowercased() == id.description.lowercased() }
        case .answersWithTheLast:
            if let found = try await inner.event(id) { return found }
            return try await inner.read(.everything, .backward, limit: 1).events.first
        case .findsNoSystem: return try await inner.event(id).flatMap { $0.event.stream?.isSystem == true ? nil : $0 }
        default: return try await inner.event(id)
        }
    }

    func streams(prefix: String, after name: StreamName?, limit: Int) async throws(FlxError) -> [StreamSummary] {
        let found = try await inner.streams(prefix: fault == .ignoresThePrefix ? "" : prefix, after: name, limit: limit)
        if fault == .listsNoSystem { return found.filter { !$0.name.isSystem } }
        return fault == .listsOneTooFew ? found.dropLast() : found
    }

    func types() async throws(FlxError) -> [TypeSummary] {
        try await inner.types().map { fault == .countsTypesOnce ? TypeSummary(type: $0.type, events: 1) : $0 }
    }

    func statistics() async throws(FlxError) -> StatisticsSnapshot {
        let figures: StatisticsSnapshot
        do throws(FlxError) {
            figures = try await inner.statistics()
        } catch {
            guard fault == .answersWhenClosed else { throw error }
            return StatisticsSnapshot(events: 0, streams: 0, types: 0, lastPosition: .start, bytes: 0)
        }
        if fault == .countsNoSystem {
            let system = try await inner.streams(prefix: StreamName.systemPrefix, after: nil, limit: .max)
            return StatisticsSnapshot(
                events: figures.events - system.reduce(0) { $0 + $1.events }, streams: figures.streams - Int64(system.count),
                types: figures.types, lastPosition: figures.lastPosition, bytes: figures.bytes)
        }
        guard fault == .countsEmptyStreams else { return figures }
        return StatisticsSnapshot(
            events: figures.events, streams: figures.streams + 1, types: figures.types, lastPosition: figures.lastPosition,
            bytes: figures.bytes)
    }
}

/// A store that finds everything in its log as any store does: by reading it.
private final class PlainStore: StoreDouble {
    let inner = MemoryEventStore()
}

@Suite struct PlainStoreTests {
    @Test(arguments: EventStoreRules.all(StoreFeatures(capabilities: [])).filter { rule in
        ["lookup", "directory", "statistics", "close.capabilities"].contains { rule.name.hasPrefix($0) }
    })
    func `a store without indexes finds the same`(_ rule: ConformanceRule<any EventStore>) async throws {
        await #expect(throws: Never.self) { try await rule.check { PlainStore() } }
    }

    @Test func `a log of many pages is read to its end`() async throws {
        let store = PlainStore()
        for part in 0..<5 {
            let writes = (0..<500).map { StreamWrite([Event(type: "t")], to: StreamName(stringLiteral: "s-\(($0 * 7919 + part) % 1_000)")) }
            _ = try await store.append(writes, unless: nil)
        }
        var (names, after): ([StreamName], StreamName?) = ([], nil)
        while case let page = try await store.streams(prefix: "s-", after: after, limit: 7), let last = page.last {
            (names, after) = (names + page.map(\.name), last.name)
        }
        #expect(try await store.inner.streams(prefix: "", after: nil, limit: .max).map(\.name) == names)
        #expect(try await store.streams(prefix: "", after: nil, limit: .max).map(\.events).reduce(0, +) == 2_500)
        #expect(try await store.types() == [TypeSummary(type: "t", events: 2_500)])
        #expect(try await store.statistics().events == 2_500)
    }
}
