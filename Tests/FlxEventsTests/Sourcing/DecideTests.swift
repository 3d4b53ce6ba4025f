import FlxEvents
import Testing

/// The subscriptions of one course.
private struct Seats: Projection {
    static let name = "seats"
    var taken = 0

    mutating func apply(_ recorded: RecordedEvent) throws -> Bool {
        taken += 1
        return true
    }
}

@Suite struct DecideTests {
    let store = MemoryEventStore()

    private func subscribe(_ student: Int, limit: Int) async throws -> Bool {
        do {
            let course = Query.events("student.subscribed", tagged: "course:c1")
            try await store.decide(Seats(), over: course, to: "student-\(student)", attempts: .max) {
                guard $0.taken < limit else { throw HandlerRefusal(reason: "full") }
                return [try Event(type: "student.subscribed", data: ["student": .number(JSONNumber(student))], tags: ["course:c1"])]
            }
            return true
        } catch is HandlerRefusal {
            return false
        }
    }

    @Test func noMoreSeatsAreSoldThanThereAre() async throws {
        let sold = try await withThrowingTaskGroup(of: Bool.self) { group in
            for student in 0..<50 { group.addTask { try await subscribe(student, limit: 10) } }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(sold == 10)
        #expect(try await store.read(.tags("course:c1"), .forward, limit: 99).events.count == 10)
    }

    @Test func eventsOutsideTheQueryDisturbNobody() async throws {
        let result = try await store.decide(Seats(), over: .events(tagged: "course:c1"), to: "s", attempts: 1) { _ in
            [try Event(type: "student.subscribed", data: .null, tags: ["course:c2"])]
        }
        #expect(result.places.count == 1)
        #expect(try await store.decide(Seats(), over: .all, to: "s") { _ in [] }.places.isEmpty)
    }
}
