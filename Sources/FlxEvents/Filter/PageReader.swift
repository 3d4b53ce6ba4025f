import FlxCore

/// Reads pages of a store; on request, those with damaged events without these.
struct PageReader {
    typealias Result = (page: Page, damaged: [Position])

    let store: any EventStore
    let selection: Selection
    let limit: Int
    let skipsDamaged: Bool

    func read(_ direction: ReadDirection) async throws -> Result {
        do {
            return (try await store.read(selection, direction, limit: limit), [])
        } catch {
            guard error.code == .corrupt else { throw error }
            guard case .forward(let position) = direction else { throw error }
            return try await readSingly(after: position)
        }
    }

    /// Reads the next sound event, in steps of one position. Of a damaged one only the place is known: events possibly outside the
    /// selection are reported too.
    private func readSingly(after start: Position) async throws -> Result {
        let last = try await store.lastPosition()
        var (position, damaged) = (start, [Position]())
        while position < last {
            guard !Task.isCancelled else { throw FlxError(.cancelled, "interrupted") }
            do {
                return (try await store.read(selection, .forward(after: position), limit: 1), damaged)
            } catch {
                guard error.code == .corrupt, skipsDamaged else { throw error }
                let next = Position(unchecked: position.value + 1)
                if (try? await store.read(.everything, .forward(after: position), limit: 1)) == nil { damaged.append(next) }
                position = next
            }
        }
        return (Page(events: [], through: last, isLast: true), damaged)
    }
}
