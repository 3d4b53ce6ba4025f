import FlxCore

/// A model of a store: a list searched from end to end. It gives the answers required by the contract.
struct LogModel {
    /// The required outcome of an append.
    enum Outcome: Equatable {
        case places(versions: [Int64], isNew: [Bool])
        case failure(FlxError.Code, actual: Version?)
    }

    private(set) var events: [Event] = []
    /// The positions assigned by the store, since the contract leaves the numbers to it.
    private(set) var positions: [Position] = []

    func version(of stream: StreamName) -> Version {
        Version(unchecked: Int64(events.count { $0.stream == stream }))
    }

    /// Returns the outcomes allowed by the contract. If several promises are broken, the error may name any of them.
    func outcomes(of writes: [StreamWrite], unless boundary: Boundary?) -> [Outcome] {
        let given = writes.flatMap(\.events)
        let known = given.map { event in events.firstIndex { $0.id == event.id } }
        var failures: [Outcome] = []
        if zip(given, known).contains(where: { event, index in index.map { !events[$0].isSame(as: event) } ?? false }) {
            failures.append(.failure(.idConflict, actual: nil))
        }
        if known.isEmpty || known.contains(nil) {
            let versions = writes.filter { !$0.expected.allows(version(of: $0.stream)) }.map {
                Outcome.failure(.versionConflict, actual: version(of: $0.stream))
            }
            // The boundary is checked first.
            failures += boundary.flatMap(failure).map { [$0] } ?? versions
        }
        return failures.isEmpty ? [success(given, known)] : failures
    }

    private func failure(of boundary: Boundary) -> Outcome? {
        guard boundary.position <= positions.last ?? .start else { return .failure(.invalidValue, actual: nil) }
        let isTouched = zip(events, positions).contains { $1 > boundary.position && boundary.matches($0) }
        return isTouched ? .failure(.boundaryConflict, actual: nil) : nil
    }

    private func success(_ given: [Event], _ known: [Int?]) -> Outcome {
        var longer = events
        let versions = zip(given, known).map { event, index in
            if index == nil { longer.append(event) }
            return Int64(longer[...(index ?? longer.count - 1)].count { $0.stream == event.stream })
        }
        return .places(versions: versions, isNew: known.map { $0 == nil })
    }

    /// Adds the events recorded by a store.
    mutating func record(_ writes: [StreamWrite], _ result: AppendResult) {
        for (event, place) in zip(writes.flatMap(\.events), result.places) where place.isNew {
            events.append(event)
            positions.append(place.position)
        }
    }
}
