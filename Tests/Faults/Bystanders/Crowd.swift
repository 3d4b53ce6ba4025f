import FlxCore
import FlxEvents
import FlxSQLite
import FlxTesting

/// Many concurrent callers. Some are correct; others must be refused, each for a different reason.
struct Crowd {
    let store: SQLiteEventStore
    let answers: Answers
    /// The number of appends of each caller.
    let rounds: Int
    /// True if each append of a correct caller is joined with one that must be refused: a planted fault.
    var isJoined = false

    /// - Parameter number: The number that separates this crowd's streams from those of other crowds.
    func run(_ number: Int) async {
        await withTaskGroup(of: Void.self) { group in
            for caller in 0..<6 { group.addTask { await innocent("calm-\(number)-\(caller)") } }
            group.addTask { await conflicting() }
            group.addTask { await bounded() }
            group.addTask { await oversized() }
            group.addTask { await cancelled() }
            group.addTask { await leased(number) }
        }
    }

    private static func event(_ type: EventType = "calm") -> Event {
        Event(type: type, payload: Payload(unchecked: Array("{}".utf8), form: .json, contentType: nil))
    }

    private func append(
        _ events: [Event], _ stream: StreamName, _ expected: ExpectedVersion = .any
    ) async -> Result<AppendResult, FlxError> {
        do throws(FlxError) {
            let other = StreamWrite([Self.event()], to: "never", expecting: .exactly(1))
            let writes = [StreamWrite(events, to: stream, expecting: expected)] + (isJoined ? [other] : [])
            return .success(try await store.append(writes, unless: nil))
        } catch { return .failure(error) }
    }

    /// Appends to its own stream, with known versions.
    private func innocent(_ stream: StreamName) async {
        for round in 0..<rounds {
            let events = [Self.event(), Self.event()]
            let result = await append(events, stream, .exactly(Version(unchecked: Int64(round * 2))))
            answers.note(events, result)
            guard case .success(let result) = result else { continue }
            if result.places.map(\.version.value) != [Int64(round * 2 + 1), Int64(round * 2 + 2)] {
                answers.complain("\(stream) got the versions \(result.places.map(\.version)) in round \(round)")
            }
            await look(for: events[1], in: stream)
        }
    }

    /// Requires that a read after an append returns its event.
    private func look(for event: Event, in stream: StreamName) async {
        do throws(FlxError) {
            let last = try await store.read(.stream(stream), .backward, limit: 1).events.first
            if last?.id != event.id { answers.complain("\(stream) ends with \(last as Any) instead of the last append") }
        } catch { answers.complain("a reader with no part in it was answered \(error)") }
    }

    /// Expects an existing stream to be new, and reuses an id.
    private func conflicting() async {
        let taken = Self.event()
        answers.note([taken], await append([taken], "taken"))
        for _ in 0..<rounds {
            let late = Self.event()
            answers.note([late], await append([late], "taken", .noStream), refusedAs: .versionConflict)
            let other = Event(id: taken.id, type: "other", payload: .none)
            if case .success = await append([other], "taken") { answers.complain("an id was recorded twice") }
        }
    }

    /// Appends with an outdated boundary.
    private func bounded() async {
        for _ in 0..<rounds {
            let event = Self.event("bounded")
            do throws(FlxError) {
                let result = try await store.append(
                    [StreamWrite([event], to: "bounded")], unless: Boundary(.events("moved"), after: .start))
                answers.note([event], .success(result), refusedAs: .boundaryConflict)
            } catch { answers.note([event], .failure(error), refusedAs: .boundaryConflict) }
        }
    }

    private func oversized() async {
        let bytes = [UInt8](repeating: 0x78, count: StoreLimits.standard.eventBytes + 1)
        for _ in 0..<min(rounds, 3) {
            let event = Event(type: "large", payload: Payload(unchecked: bytes, form: .binary, contentType: nil))
            answers.note([event], await append([event], "large"), refusedAs: .limitExceeded)
        }
    }

    /// Cancels its appends.
    private func cancelled() async {
        for round in 0..<rounds {
            let event = Self.event()
            let task = Task { await append([event], "cancelled") }
            if round % 2 == 0 { await Task.yield() }
            task.cancel()
            answers.note([event], await task.value, refusedAs: .cancelled, mayBeKept: true)
        }
    }

    /// Writes under a released lease.
    private func leased(_ number: Int) async {
        do throws(FlxError) {
            guard let lease = try await store.acquireLease("crowd-\(number)", owner: "first", for: .seconds(60)) else { return }
            try await store.releaseLease(lease)
            for _ in 0..<rounds {
                let event = Self.event()
                do throws(FlxError) {
                    let result = try await store.append([StreamWrite([event], to: "leased")], unless: nil, under: lease)
                    answers.note([event], .success(result), refusedAs: .leaseLost)
                } catch { answers.note([event], .failure(error), refusedAs: .leaseLost) }
            }
        } catch { answers.complain("a lease: \(error)") }
    }
}
