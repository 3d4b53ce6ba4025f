package import FlxCore
import FlxEvents

/// Brings events into a store in batches: while one is committed, the next one is read.
package struct Importer {
    /// The counts of the lines.
    package struct Tally: Sendable {
        package var imported: Int64 = 0
        /// Events that the store had already, with the same content.
        package var known: Int64 = 0
        package var bad: Int64 = 0
        /// Those of the known events whose ids are made of their content and their place.
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
    /// True if the import ends with the first bad line: what stands before it goes in, what follows does not.
    let stopsAtBad: Bool
    /// True if events with streams or tags of the system's own are taken; else those that are not in the store are bad lines.
    let takesSystem: Bool

    package init(store: any EventStore, batchSize: Int, stopsAtBad: Bool, takesSystem: Bool) {
        (self.store, self.batchSize, self.stopsAtBad, self.takesSystem) = (store, batchSize, stopsAtBad, takesSystem)
    }

    /// Appends all events of the input; what was committed before an error stays.
    /// - Parameters:
    ///   - onBad: Takes a bad line.
    ///   - onProgress: Is told what was done so far, and the part of the input that was read.
    package func run(
        _ reader: EventReader, onBad: (EventReader.BadLine) throws -> Void, onProgress: (Tally, Double?) -> Void
    ) async throws {
        var tally = Tally()
        var batch = reader.batch(of: batchSize, untilBad: stopsAtBad)
        while true {
            let current = batch
            async let outcome = admit(current.lines)
            batch = current.isLast ? EventReader.Batch(isLast: true) : reader.batch(of: batchSize, untilBad: stopsAtBad)
            let done = await outcome
            tally.imported += done.imported
            tally.known += done.known
            tally.knownByPlace += done.knownByPlace
            var last: Int64 = 0
            // A line of which several events were made is bad once.
            for bad in (current.bad + done.bad).sorted(by: { $0.number < $1.number }) where bad.number != last {
                last = bad.number
                tally.bad += 1
                try onBad(bad)
                if stopsAtBad { break }
            }
            onProgress(tally, reader.part)
            if let failure = done.failure ?? current.failure { throw failure }
            if current.isLast || stopsAtBad && tally.bad > 0 { return }
        }
    }

    /// Appends lines but for those that have a stream or a tag of the system's own.
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
        " is one of the system's own, by which subscriptions act; --system takes such events, from a log that is your own"

    /// Returns true if an event is not in the store.
    private func isForeign(_ event: Event) async throws(FlxError) -> Bool {
        try await store.event(event.id)?.event.isSame(as: event) != true
    }

    /// Appends lines in one transaction. Where the store refuses one of them, the rest goes in without it.
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
        return "; --id source+id tells events of two sources apart"
    }

    /// The lines without those whose event is that of a line before.
    private static func different(_ lines: [EventReader.Line]) -> [EventReader.Line] {
        var seen: [EventID: Event] = [:]
        return lines.filter { line in
            guard let other = seen.updateValue(line.event, forKey: line.event.id) else { return true }
            return !line.event.isSame(as: other)
        }
    }

    /// One write for each run of events of one stream, so that the order across streams is kept.
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
