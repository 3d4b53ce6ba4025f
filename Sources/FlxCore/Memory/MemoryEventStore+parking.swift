extension MemoryEventStore: ParkingStore {
    /// See ``ParkingStore/park(_:)``.
    public func park(_ parked: ParkedEvent) async throws(FlxError) {
        try withOpenState { $0.parked[parked.subscription, default: [:]][parked.event.position] = parked }
    }

    /// See ``ParkingStore/parked(by:key:after:limit:)``.
    public func parked(
        by subscription: String, key: String?, after position: Position, limit: Int
    ) async throws(FlxError) -> [ParkedEvent] {
        try withOpenState { state in
            let own = state.parked[subscription, default: [:]].values.filter { parked in
                parked.event.position > position && (key == nil || parked.key == key)
            }
            return Array(own.sorted { $0.event.position < $1.event.position }.prefix(max(0, limit)))
        }
    }

    /// See ``ParkingStore/unpark(_:by:)``.
    public func unpark(_ position: Position, by subscription: String) async throws(FlxError) {
        try withOpenState { state in
            state.parked[subscription]?[position] = nil
        }
    }

    /// See ``ParkingStore/waitingKeys(of:)``.
    public func waitingKeys(of subscription: String) async throws(FlxError) -> Set<String> {
        try withOpenState { Set($0.parked[subscription, default: [:]].values.filter(\.holdsKey).map(\.key)) }
    }

    /// See ``ParkingStore/parkedCount(of:)``.
    public func parkedCount(of subscription: String) async throws(FlxError) -> Int {
        try withOpenState { $0.parked[subscription]?.count ?? 0 }
    }
}
