import FlxCore

extension EventStoreRules {
    /// The rules with random calls, compared with the model.
    static let model: [StoreRule] = [
        StoreRule("model.appends", "random appends of every kind, right and wrong, have the outcome that the contract describes") { bench in
            var (model, bench, factory) = (LogModel(), bench, bench.factory)
            for call in 1...250 {
                let (writes, boundary) = factory.call(to: model)
                let allowed = model.outcomes(of: writes, unless: boundary)
                var outcome: LogModel.Outcome
                do {
                    let result = try await bench.store.append(writes, unless: boundary)
                    outcome = .places(versions: result.places.map(\.version.value), isNew: result.places.map(\.isNew))
                    try expect("call \(call): the places of known events", model.agrees(with: writes, result))
                    model.record(writes, result)
                } catch let error as FlxError {
                    outcome = .failure(error.code, actual: error.actualVersion)
                }
                try expect(
                    "call \(call): one of \(allowed)", allowed.contains(outcome), seen: "\(outcome) of \(writes), \(boundary as Any)")
                if call % 50 == 0 {
                    bench = try await bench.reopened()
                    try await bench.expectLog("the log after call \(call)", model.events)
                }
            }
        }
    ]
}

extension LogModel {
    /// Returns true if known events keep their place, and new events are after all others.
    fileprivate func agrees(with writes: [StreamWrite], _ result: AppendResult) -> Bool {
        var last = positions.last ?? .start
        return zip(writes.flatMap(\.events), result.places).allSatisfy { event, place in
            guard place.isNew else { return events.firstIndex { $0.id == event.id }.map { positions[$0] } == place.position }
            defer { last = place.position }
            return place.position > last
        }
    }
}

extension EventFactory {
    /// Returns an append that may succeed, repeat an earlier one completely or partly, or be invalid in some way.
    fileprivate mutating func call(to model: LogModel) -> (writes: [StreamWrite], boundary: Boundary?) {
        let targets = (0..<random.pick([1, 1, 1, 2, 3])).map { _ in random.pick(Array(streams.prefix(5))) }
        let writes = targets.map { stream in
            var events = self.events(random.pick([0, 1, 1, 2, 3]))
            for index in events.indices where random.once(in: 4) && !model.events.isEmpty {
                let known = random.pick(model.events)
                guard !events.contains(where: { $0.id == known.id }), known.stream == stream || random.once(in: 8) else { continue }
                events[index] = known
                if random.once(in: 10) { events[index].source += "changed" }
                if random.once(in: 4) { events[index].time = Timestamp(nanoseconds: Int64(random.number(in: 0...9))) }
            }
            let version = model.version(of: stream)
            let near = Version(unchecked: max(0, version.value + Int64(random.number(in: -1...1))))
            return StreamWrite(
                events, to: stream, expecting: random.pick([.any, .any, .exactly(version), .exactly(near), .exists, .noStream]))
        }
        let isUnique = Set(writes.flatMap(\.events).map(\.id)).count == writes.reduce(0) { $0 + $1.events.count }
        guard isUnique else { return call(to: model) }
        let after = random.pick(model.positions.suffix(5) + [.start, .end])
        return (writes, random.once(in: 4) ? Boundary(query(), after: after) : nil)
    }
}
