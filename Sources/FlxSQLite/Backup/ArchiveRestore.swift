import FlxCore

/// The restore of a store from an archive. Each event is recorded again at its position, by the code for recording new
/// events.
struct ArchiveRestore {
    private static let batch = 5_000

    private let folder: String
    private let manifest: ArchiveManifest
    private let point: RestorePoint
    /// The position of the last event to restore.
    private let end: Int64

    init(_ folder: String, upTo point: RestorePoint) throws(FlxError) {
        guard let manifest = try ArchiveManifest.load(folder) else {
            throw FlxError(.notFound, "\(folder) is not an archive: it has no \(ArchiveManifest.file)")
        }
        self.folder = folder
        self.manifest = manifest
        self.point = point
        end = if case .position(let position) = point { try position.checked(against: manifest.last) } else { manifest.last }
    }

    /// Writes the new file.
    func run(
        to path: String, _ checkpoints: RestoredCheckpoints, progress: (BackupProgress) throws(FlxError) -> Void
    ) throws(FlxError) -> RestoreReport {
        try Connection.with(path, isReadOnly: false) { handle throws(FlxError) in
            try handle.execute(
                "PRAGMA auto_vacuum = NONE", "PRAGMA journal_mode = OFF", "PRAGMA synchronous = OFF", "PRAGMA cache_size = -65536")
            try Migrations(steps: Schema.migrations).run(handle)
            var log = try Log(handle)
            for part in manifest.parts where part.first <= end {
                guard try restore(part, to: &log, progress) else { break }
            }
            if case .time(let time) = point, log.last == 0 { throw LogCut.nothingBefore(time) }
            return RestoreReport(events: log.last, readers: try restoreCheckpoints(to: &log, checkpoints))
        }
    }

    /// - Returns: True if events of later parts must follow.
    private func restore(
        _ part: ArchiveManifest.Part, to log: inout Log, _ progress: (BackupProgress) throws(FlxError) -> Void
    ) throws(FlxError) -> Bool {
        var reader = try ArchivePartReader(part, in: folder)
        while true {
            try log.begin()
            for _ in 0..<Self.batch {
                guard reader.position <= end else {
                    try log.commit()
                    return false
                }
                guard let recorded = try reader.event() else {
                    try log.commit()
                    return true
                }
                if case .time(let time) = point, recorded.recordedTime > time {
                    try log.commit()
                    return false
                }
                try restore(recorded, to: &log)
            }
            try log.commit()
            try progress(BackupProgress(stage: .copy, done: log.last, total: end))
        }
    }

    private func restore(_ recorded: RecordedEvent, to log: inout Log) throws(FlxError) {
        guard let stream = recorded.event.stream else { return }
        let append = PreparedAppend([StreamWrite([recorded.event], to: stream)], unless: nil)
        let place = try log.append(append, at: recorded.recordedTime).places.first
        guard let place, place.isNew, place.position == recorded.position, place.version == recorded.version else {
            throw FlxError(.corrupt, "\(folder): the event at position \(recorded.position) does not follow the one before it")
        }
    }

    /// - Returns: The readers with checkpoints beyond the end.
    private func restoreCheckpoints(
        to log: inout Log, _ checkpoints: RestoredCheckpoints
    ) throws(FlxError) -> [RestoredReader] {
        var (readers, edits): ([RestoredReader], [StateEdit?]) = ([], [])
        for (name, position) in manifest.checkpoints.sorted(by: { $0.key < $1.key }) {
            // At the end of an archive, a checkpoint beyond it belongs to a reader of another log.
            if log.last == manifest.last || position <= log.last || !StoredCheckpoints.isReader(name.description) {
                edits.append(StoredCheckpoints.edit(name.description, to: position))
                continue
            }
            let reader = RestoredReader(name.description, at: position, end: log.last, checkpoints)
            readers.append(reader)
            if reader.after > .start { edits.append(try .checkpoint(name.description, at: reader.after)) }
        }
        try log.begin()
        try log.state.make(edits.compactMap(\.self))
        try log.commit()
        return readers
    }
}

extension ArchiveRestore {
    /// Reads all parts of an archive.
    /// - Returns: What is wrong, with the position from which on it concerns; one fault a part at most.
    static func verify(
        _ folder: String, progress: (BackupProgress) throws(FlxError) -> Void
    ) throws(FlxError) -> VerificationReport {
        let archive = try ArchiveRestore(folder, upTo: .end)
        var (events, faults): (Int64, [VerificationReport.Fault]) = (0, [])
        for part in archive.manifest.parts {
            var position = part.first
            do throws(FlxError) {
                var reader = try ArchivePartReader(part, in: folder)
                while try reader.event() != nil {
                    events += 1
                    position = reader.position
                    guard events % Int64(batch) == 0 else { continue }
                    try progress(BackupProgress(stage: .verify, done: position - 1, total: archive.manifest.last))
                }
            } catch {
                guard error.code == .corrupt else { throw error }
                faults.append(.init(position: Position(unchecked: min(position, part.last)), message: error.message))
            }
            try progress(BackupProgress(stage: .verify, done: part.last, total: archive.manifest.last))
        }
        return VerificationReport(events: events, faults: Array(faults.prefix(Verification.mostFaults)))
    }
}
