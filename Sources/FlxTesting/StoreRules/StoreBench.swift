import FlxCore
import Synchronization

/// A new store for one rule, and the features of its driver.
struct StoreBench: Sendable {
    let store: any EventStore
    let features: StoreFeatures
    private let opened: Opened

    /// The stores opened by a rule. All are closed after the rule, however it ends.
    private final class Opened: Sendable {
        let stores: Mutex<[any EventStore]>

        init(_ store: any EventStore) {
            stores = Mutex([store])
        }
    }

    init(_ store: any EventStore, _ features: StoreFeatures) {
        (self.store, self.features, opened) = (store, features, Opened(store))
    }

    private init(_ store: any EventStore, after bench: StoreBench) {
        (self.store, features, opened) = (store, bench.features, bench.opened)
        opened.stores.withLock { $0.append(store) }
    }

    /// Closes the store and opens it again if the driver can; otherwise returns the same bench.
    func reopened() async throws -> StoreBench {
        guard let reopen = features.reopen else { return self }
        return StoreBench(try await reopen(store), after: self)
    }

    /// Returns a bench with another store. That store is closed after the rule too.
    func adding(_ store: any EventStore) -> StoreBench { StoreBench(store, after: self) }

    /// Closes all opened stores.
    func close() async {
        for store in opened.stores.withLock(\.self) { await store.close() }
    }

    var random: SeededGenerator { SeededGenerator(seed: features.seed) }
    var factory: EventFactory { EventFactory(seed: features.seed) }

    /// Reads all pages of a selection, by default of the whole log. Checks the promises about pages on each of them.
    func all(
        _ selection: Selection = .everything, _ direction: ReadDirection = .forward, by limit: Int = 1000
    ) async throws -> [RecordedEvent] {
        var events: [RecordedEvent] = []
        var direction = direction
        while true {
            let page = try await store.read(selection, direction, limit: limit)
            try check(page, of: direction, limit: limit)
            events += page.events
            if page.isLast { return events }
            switch direction {
            case .forward: direction = .forward(after: page.through)
            case .backward: direction = .backward(before: page.through)
            }
        }
    }

    /// Expects the store to contain exactly these events, in this order.
    func expectLog(_ what: String, _ expected: [Event]) async throws {
        try expect(what, try await all().map(\.event), is: expected)
    }

    private func check(_ page: Page, of direction: ReadDirection, limit: Int) throws {
        try expect("a page of at most \(limit) events", page.events.count <= limit, seen: "\(page.events.count)")
        let positions = page.events.map(\.position)
        switch direction {
        case .forward(let after):
            let places = [after] + positions
            try expect("positions that rise from after \(after)", zip(places, positions).allSatisfy(<), seen: "\(positions)")
            try expect(
                "`through` at or after the last event of the page and \(after)", page.through >= places[places.count - 1],
                seen: "through \(page.through), events at \(positions)")
            try expect("a page that is not the last comes further than \(after)", page.isLast || page.through > after)
        case .backward(let before):
            let places = [before] + positions
            try expect("positions that fall from before \(before)", zip(places, positions).allSatisfy(>), seen: "\(positions)")
            try expect(
                "`through` at or before the last event of the page and \(before)", page.through <= places[places.count - 1],
                seen: "through \(page.through), events at \(positions)")
            try expect("a page that is not the last comes further than \(before)", page.isLast || page.through < before)
        }
    }
}

/// A rule about stores, before it is bound to the features of a driver.
struct StoreRule: Sendable {
    let name: String
    let promise: String
    /// Returns true if the rule applies to a driver.
    var applies: @Sendable (StoreFeatures) -> Bool = { _ in true }
    let body: @Sendable (StoreBench) async throws -> Void

    init(
        _ name: String, _ promise: String, needs capability: StoreFeatures.Capability,
        _ body: @escaping @Sendable (StoreBench) async throws -> Void
    ) {
        self.init(name, promise, when: { $0.capabilities.contains(capability) }, body)
    }

    init(
        _ name: String, _ promise: String, when applies: @escaping @Sendable (StoreFeatures) -> Bool = { _ in true },
        _ body: @escaping @Sendable (StoreBench) async throws -> Void
    ) {
        self.name = name
        self.promise = promise
        self.applies = applies
        self.body = body
    }
}
