@testable import FlxEvents
import FlxTesting
import Synchronization
import Testing

/// The positions of the events that each version of a view can apply.
private struct Places<Code: PlacesCode>: DocumentView {
    struct Document: Codable, Sendable { var positions: [Int64] = [] }
    static var name: String { "places" }
    static var version: Int { Code.version }
    static var selection: Selection { .prefix("s-") }

    func apply(_ recorded: RecordedEvent, to places: inout ViewDraft<Document>) throws -> Bool {
        guard Self.takes(recorded.position.value) else { throw Refusal() }
        places["all", default: Document()].positions.append(recorded.position.value)
        return true
    }

    static func takes(_ position: Int64) -> Bool { PlacesModel.takes(position, version: version) }
}

private protocol PlacesCode: Sendable { static var version: Int { get } }
private enum First: PlacesCode { static let version = 1 }
private enum Second: PlacesCode { static let version = 2 }
private enum Third: PlacesCode { static let version = 3 }

private enum PlacesModel {
    static func takes(_ position: Int64, version: Int) -> Bool { position % Int64(3 + version) != 0 }

    static func subscription(_ version: Int, pageSize: Int) -> Subscription {
        switch version {
        case 1: Subscription(view: Places<First>(), onFailure: .park, pageSize: pageSize)
        case 2: Subscription(view: Places<Second>(), onFailure: .park, pageSize: pageSize)
        default: Subscription(view: Places<Third>(), onFailure: .park, pageSize: pageSize)
        }
    }
}

/// Processes of several versions that park, each killed somewhere, while operators pause and drop the view: it has each event that its
/// version can apply, and no other is parked by that version.
@Suite struct ViewSubscriptionModelTests {
    private let clock = ManualClock()
    private let store: MemoryEventStore

    init() { store = MemoryEventStore(clock: clock.events) }

    private func ticks() async throws -> [Int64] {
        try await store.read(.prefix("s-"), .forward, limit: 1_000).events.map(\.position.value)
    }

    /// Reads the view at one moment.
    private func check(_ seed: UInt64) async throws {
        let ticks = try await ticks()
        do {
            let page = try await store.documents(.all(), of: .view("places"))
            let generation = page.generation
            let found = try page.documents.first.map { try EventDecoder().decode(Places<First>.Document.self, from: $0.body).positions }
            let expected = ticks.filter { tick in
                tick <= generation.checkpoint.value && PlacesModel.takes(tick, version: generation.version)
            }
            #expect(found ?? [] == expected, "seed \(seed), \(generation)")
        } catch let error as FlxError where error.code == .notFound {
            // Not begun yet, or another took its place.
        }
    }

    private func run(_ version: Int, _ pageSize: Int, on store: MortalStore, while isWanted: () async throws -> Bool) async throws {
        let runner = try SubscriptionRunner(
            PlacesModel.subscription(version, pageSize: pageSize), on: store, clock: clock.events, sleep: clock,
            logger: SubscriptionBench.silence)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await runner.run() }
            while try await isWanted() { await Task.yield() }
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    @Test(arguments: 1...40 as ClosedRange<UInt64>) func aViewHasWhatItsVersionCanApply(_ seed: UInt64) async throws {
        let random = Mutex(SeededGenerator(seed: seed))
        @Sendable func number(below end: Int) -> Int { random.withLock { $0.number(below: end) } }
        let control = try SubscriptionControl(of: "view-places", in: store)
        for round in 0..<10 {
            try await store.add(number(below: 12), to: "s-\(number(below: 3))")
            if number(below: 8) == 0 {
                for generation in try await store.generations(of: "places") { try await store.dropGeneration(generation.id) }
            }
            switch number(below: 8) {
            case 0: try await control.pause(by: "ops")
            case 1: try await control.resume(by: "ops")
            default: break
            }
            await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<1 + number(below: 2) {
                    let mortal = MortalStore(store, calls: 5 + number(below: 150), isAfter: number(below: 2) == 0) {
                        clock.set(clock.time.advanced(by: .seconds(number(below: 4) == 0 ? number(below: 40) : 0)))
                    }
                    let (version, pageSize) = (min(3, 1 + round / 4 + number(below: 2)), 1 + number(below: 6))
                    group.addTask {
                        var left = 2_000
                        try await run(version, pageSize, on: mortal) {
                            left -= 1
                            return left > 0 && mortal.callsLeft.withLock { $0.0 > 0 }
                        }
                    }
                }
                group.addTask { try await check(seed) }
                while let result = await group.nextResult() {
                    if case .failure(let error) = result { Issue.record(error) }
                }
            }
            try await check(seed)
        }
        try await control.resume(by: "ops")
        let immortal = MortalStore(store, calls: .max, isAfter: true) { clock.advance(by: .milliseconds(200)) }
        try await run(3, 5, on: immortal) {
            let last = try await store.lastPosition()
            clock.advance(by: .seconds(1))
            return try await store.generations(of: "places").first { $0.role == .current && $0.version == 3 }?.checkpoint != last
        }
        try await check(seed)
        // The view may be there before what others parked is released, which the next session does at its beginning.
        let parking = try ParkingPlace(of: "view-places", in: store)
        let refused = try await ticks().filter { !PlacesModel.takes($0, version: 3) }
        var left = 2_000
        try await run(3, 5, on: immortal) {
            clock.advance(by: .milliseconds(100))
            left -= 1
            let parked = try await parking.positions(.all).map(\.value)
            return left > 0 && parked != refused
        }
        let parked = try await parking.positions(.all).map(\.value)
        #expect(parked == refused, "seed \(seed)")
    }
}
