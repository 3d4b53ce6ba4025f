public import FlxCore

extension SQLiteEventStore {
    /// Adds to an archive the events recorded since its last run, in files that are never changed again, and the
    /// current checkpoints.
    ///
    /// An archive is a folder: parts of about 64 MiB and a manifest with their checksums. Each part is written, flushed
    /// to the medium, read back by default, and only then listed. If a run is killed, the results of earlier runs stay, and the
    /// next run continues. Views and snapshots are not archived: they are made again from the log. Nor are records
    /// beside the log (``FlxCore/StateStore``), which only a backup in one file has.
    ///
    /// - Parameters:
    ///   - folder: The folder; created if it does not exist.
    ///   - progress: Called repeatedly with the number of archived events.
    /// - Throws: ``FlxCore/FlxError/Code/invalidValue`` if the folder is something else, or the archive of another log;
    ///   ``FlxCore/FlxError/Code/corrupt`` if an event or the manifest is damaged; ``FlxCore/FlxError/Code/locked``,
    ///   ``FlxCore/FlxError/Code/storageFull``, ``FlxCore/FlxError/Code/cancelled``, ``FlxCore/FlxError/Code/closed``
    ///   or ``FlxCore/FlxError/Code/io``. Parts listed before the error stay.
    public func archive(
        into folder: String, _ options: BackupOptions = BackupOptions(), progress: @Sendable (BackupProgress) -> Void = { _ in }
    ) async throws(FlxError) -> BackupReport {
        let (end, checkpoints) = try await readers.read { reader throws(FlxError) in
            try reader.withTransaction { reader throws(FlxError) in
                (try reader.last(), try StoredCheckpoints.all(reader.state))
            }
        }
        let archive = try await offload { () throws(FlxError) in try ArchiveFolder(folder) }
        defer { archive.end() }
        var manifest = archive.manifest
        try await requireSameLog(as: manifest, folder)
        let before = manifest.last
        let pace = Pace(options)
        var written: Int64 = 0
        while manifest.last < end {
            let writer = try await offload { () throws(FlxError) in ArchiveWork(try ArchivePartWriter(archive.partial)) }
            var through = manifest.last
            while through < end, !writer.isFull {
                guard !Task.isCancelled else { throw Self.stopped(nil) }
                let page = try await read(.everything, .forward(after: Position(unchecked: through)), limit: Int(min(2_000, end - through)))
                guard let last = page.events.last else {
                    throw FlxError(.corrupt, "the events after \(through) are missing: verify the store")
                }
                let bytes = try await writer.add(page.events)
                through = last.position.value
                progress(BackupProgress(stage: .copy, done: through, total: end))
                try await hold(pace, after: written + bytes)
            }
            let (part, lastSum) = try await writer.finish(in: archive, verifies: options.verifies)
            written += part.bytes
            manifest.add(part, lastSum: lastSum)
            try await save(manifest, archive)
        }
        manifest.checkpoints = checkpoints
        try await save(manifest, archive)
        return BackupReport(
            events: manifest.last, lastPosition: Position(unchecked: manifest.last), bytes: manifest.bytes, added: manifest.last - before)
    }

    private func save(_ manifest: ArchiveManifest, _ archive: ArchiveFolder) async throws(FlxError) {
        try await offload { () throws(FlxError) in try manifest.save(archive.path) }
    }

    private func hold(_ pace: Pace, after bytes: Int64) async throws(FlxError) {
        do {
            try await pace.hold(after: bytes) { 0 }
        } catch {
            throw Self.stopped(error)
        }
    }

    private static func stopped(_ cause: (any Error)?) -> FlxError {
        FlxError(.cancelled, "the backup was stopped; what was listed stays, run it again to go on", cause: cause)
    }

    /// Requires that the last event of an archive is the store's event at that position.
    private func requireSameLog(as manifest: ArchiveManifest, _ folder: String) async throws(FlxError) {
        guard manifest.last > 0 else { return }
        let page = try await read(.everything, .forward(after: Position(unchecked: manifest.last - 1)), limit: 1)
        let isSame = if let event = page.events.first { try ArchiveRecord.sum(of: event) == manifest.lastSum } else { false }
        guard isSame else {
            throw FlxError(
                .invalidValue,
                """
                \(folder) is the archive of another log: it has \(manifest.last) events, and the store has another one at that position, \
                or none; begin a new folder
                """)
        }
    }
}
