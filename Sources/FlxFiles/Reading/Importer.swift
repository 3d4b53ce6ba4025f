package import FlxCore
import FlxEvents

/// Brings events into a store in batches: while one is committed, the next one is read, as far as it is there.
package struct Importer {
    /// The counts of the lines.
    package struct Tally: Sendable {
        package var imported: Int64 = 0
        /// Events already in the store with the same content.
        package var known: Int64 = 0
        package var bad: Int64 = 0
        /// Those of the known events with ids computed from their content and their place.
        package var knownByPlace: Int64 = 0

        package init() {}

        package var total: Int64 { imported + known + bad }
    }

    private struct Outcome: Sendable {
        var imported: Int64 = 0
        var known: Int64 = 0
        var knownByPlace: Int64 = 0
        var bad: [EventReader.BadLine] = []
        var failure: FlxError?
    }

    let store: any EventStore
    let batchSize: Int
    /// True if the import ends at the first bad line: only the lines before it are imported.
    let stopsAtBad: Bool
    /// True to accept events with streams or tags reserved for the system; otherwise those not yet in the store are bad lines.
    let takesSystem: Bool

    package init(store: any EventStore, batchSize: Int, stopsAtBad: Bool, takesSystem: Bool) {
        (self.store, self.batchSize, self.stopsAtBad, self.takesSystem) = (store, batchSize, stopsAtBad, takesSystem)
    }

    /// Appends all events of the input. Events committed before an error stay in the store.
    /// - Parameters:
    ///   - onBad: Called with each bad line.
    ///   - onProgress: Called with the result so far, and with the part of the input already read.
    package func run(
        _ reader: EventReader, onBad: (EventReader.BadLine) throws -> Void, onProgress: (Tally, Double?) -> Void
    ) async throws {
        var tally = Tally()
        var batch = reader.batch(of: batchSize, untilBad: stopsAtBad)
        while true {
            let current = batch
            batch = EventReader.Batch()
            async let outcome = admit(current.lines)
            if !current.isLast, !stopsAtBad || current.bad.isEmpty {
                // A wait for a slow pipe here would keep back the outcome, and on one processor also the commit.
                reader.fill(&batch, to: batchSize, untilBad: stopsAtBad, waits: false)
            }
            let done = await outcome
            tally.imported += done.imported
            tally.known += done.known
            tally.knownByPlace += done.knownByPlace
            var last: Int64 = 0
            // A line with several events is bad only once.
            for bad in (current.bad + done.bad).sorted(by: { $0.number < $1.number }) where bad.number != last {
                last = bad.number
                tally.bad += 1
                try onBad(bad)
                if stopsAtBad { break }
            }
            onProgress(tally, reader.part)
            if let failure = done.failure ?? current.failure { throw failure }
            if current.isLast || stopsAtBad && tally.bad > 0 { return }
            reader.fill(&batch, to: batchSize, untilBad: stopsAtBad)
        }
    }

    /// Appends lines, except those with a stream or a tag reserved for the system.
    private func admit(_ lines: [EventReader.Line]) async -> Outcome {
        guard !takesSystem, lines.contains(where: { $0.systemPart != nil }) else { return await append(lines) }
        var (refused, admitted) = ([EventReader.BadLine](), [EventReader.Line]())
        for line in lines {
            do throws(FlxError) {
                if let part = line.systemPart, try await isForeign(line.event) {
                    refused.append(.init(item: line.item, number: line.number, reason: part + Self.systemReason))
                    if stopsAtBad { break }
                } else {
                    admitted.append(line)
                }
            } catch {
                return Outcome(failure: error)
            }
        }
        var outcome = await append(admitted)
        outcome.bad += refused
        return outcome
    }

    private static let systemReason =
        " is reserved for the system, and subscriptions act by it; --system accepts such events, from a log of your own"

    /// Returns true if an event is not in the store.
    private func isForeign(_ event: Event) async throws(FlxError) -> Bool {
        try await store.event(event.id)?.event.isSame(as: event) != true
    }

    /// Appends lines in one transaction. If the store refuses one of them, the rest is appended without it.
    private func append(_ lines: [EventReader.Line]) async -> Outcome {
        guard !lines.isEmpty else { return Outcome() }
        do throws(FlxError) {
            let different = Self.different(lines)
            let result = try await store.append(Self.writes(different), unless: nil)
            let new = Int64(result.places.count { $0.isNew })
            let byPlace = Int64(zip(different, result.places).count { $0.isIDDerived && !$1.isNew })
            return Outcome(imported: new, known: Int64(lines.count) - new, knownByPlace: byPlace)
        } catch {
            let isRefusal = [.idConflict, .invalidValue, .limitExceeded].contains(error.code)
            guard isRefusal else { return Outcome(failure: error) }
            guard lines.count > 1 else {
                let advice = error.code == .idConflict ? await advice(on: lines[0].event) : ""
                return Outcome(bad: [.init(item: lines[0].item, number: lines[0].number, reason: EventReader.reason(error) + advice)])
            }
            let middle = lines.count / 2
            var first = await append(Array(lines[..<middle]))
            guard first.failure == nil, !stopsAtBad || first.bad.isEmpty else { return first }
            let second = await append(Array(lines[middle...]))
            first.imported += second.imported
            first.known += second.known
            first.knownByPlace += second.knownByPlace
            first.bad += second.bad
            first.failure = second.failure
            return first
        }
    }

    /// The advice if the id of an event is another's; empty if both have one source.
    private func advice(on event: Event) async -> String {
        guard let other = try? await store.event(event.id)?.event, !ExactText.same(other.source, event.source) else { return "" }
        return "; --id source+id distinguishes events of two sources"
    }

    /// The lines, except repetitions of an earlier line's event.
    private static func different(_ lines: [EventReader.Line]) -> [EventReader.Line] {
        var seen: [EventID: Event] = [:]
        return lines.filter { line in
            guard let other = seen.updateValue(line.event, forKey: line.event.id) else { return true }
            return !line.event.isSame(as: other)
        }
    }

    /// One write for each run of events of one stream, to keep the order across streams.
    private static func writes(_ lines: [EventReader.Line]) -> [StreamWrite] {
        var writes: [StreamWrite] = []
        var run: [Event] = []
        for line in lines {
            if let stream = run.last?.stream, stream != line.event.stream {
                writes.append(StreamWrite(run, to: stream))
                run.removeAll(keepingCapacity: true)
            }
            run.append(line.event)
        }
        if let stream = run.last?.stream { writes.append(StreamWrite(run, to: stream)) }
        return writes
    }
}
