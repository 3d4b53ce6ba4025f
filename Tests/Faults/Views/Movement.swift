import FlxCore
import FlxSQLite
import FlxTesting

/// The source events of the views.
enum Movement {
    static func event(_ amount: Int64) -> Event {
        Event(type: "moved", payload: Payload(unchecked: Array(#"{"amount":\#(amount)}"#.utf8), form: .json, contentType: nil))
    }

    static func read(_ recorded: RecordedEvent) throws -> (stream: String, amount: Int64) {
        guard let stream = recorded.event.stream, let amount = try EventValue(json: recorded.event.payload.bytes)["amount"]?.int else {
            throw Broken("an event that nobody wrote: \(recorded.event)")
        }
        return (stream.description, Int64(amount))
    }

    /// Appends `count` events, many at a time.
    static func fill(_ store: SQLiteEventStore, _ count: Int, accounts: Int, _ random: inout SeededGenerator) async throws {
        var left = count
        while left > 0 {
            let part = min(left, 1_000)
            let writes = (0..<part).map { _ in
                StreamWrite([event(Int64(random.number(below: 1_000)))], to: "account-\(random.number(below: accounts))")
            }
            _ = try await store.append(writes, unless: nil)
            left -= part
        }
    }
}
