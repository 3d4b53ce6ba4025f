public import FlxCore

extension SQLiteEventStore {
    /// Copies the store into a file, consistent as of one moment. This process or another one may write to the store
    /// meanwhile.
    ///
    /// Everything in the file is copied: events, indexes, checkpoints, and tables of users. The copy is written beside
    /// its place, verified and flushed to the medium, and only then replaces an earlier backup. Whenever the process
    /// ends, one of the two is there, complete. The backup is a store in one file, without a write-ahead log until it
    /// is opened for writing.
    ///
    /// - Parameters:
    ///   - path: The file. An earlier backup of the same log there is replaced; anything else is refused.
    ///   - progress: Called repeatedly with the progress.
    /// - Throws: ``FlxCore/FlxError/Code/corrupt`` if the copy does not pass verification, because the store itself is
    ///   damaged; ``FlxCore/FlxError/Code/invalidValue`` if something else is at the path, such as the backup of a
    ///   log that begins with another event, or a log of another file beside it;
    ///   ``FlxCore/FlxError/Code/locked`` if another process makes the same backup, or the store's file was moved or
    ///   replaced since it was opened; ``FlxCore/FlxError/Code/storageFull``,
    ///   ``FlxCore/FlxError/Code/cancelled``, ``FlxCore/FlxError/Code/closed``, ``FlxCore/FlxError/Code/notFound`` or
    ///   ``FlxCore/FlxError/Code/io``. The earlier backup stays.
    public func backup(
        to path: String, _ options: BackupOptions = BackupOptions(), progress: @Sendable (BackupProgress) -> Void = { _ in }
    ) async throws(FlxError) -> BackupReport {
        _ = try await lastPosition()
        let source = configuration.path
        let first = try await readers.read { reader throws(FlxError) in
            _ = try reader.end().checked(source)
            return try reader.handle.firstChecksum()
        }
        let file = try await offload { () throws(FlxError) in try NewFile(path, over: .backup(ofFirst: first), like: source) }
        defer { file.end() }
        let last = try await PageCopy.run(from: source, self.file, to: file.partial.path, options, progress: progress)
        try await offload { () throws(FlxError) in
            try Connection.with(file.partial.path, isReadOnly: false) { handle throws(FlxError) in
                try handle.execute("PRAGMA synchronous = OFF", "PRAGMA journal_mode = DELETE")
            }
        }
        if options.verifies { try await Self.verifyCopy(file.partial.path, progress: progress) }
        return try await offload { () throws(FlxError) in
            try file.place(last: last)
            let bytes = FileSystem.size(file.path) ?? 0
            return BackupReport(events: last, lastPosition: Position(unchecked: last), bytes: bytes, added: last)
        }
    }

    /// Reads a copy and compares everything in it.
    /// - Throws: ``FlxCore/FlxError/Code/corrupt`` with the first fault.
    static func verifyCopy(_ path: String, progress: @Sendable (BackupProgress) -> Void) async throws(FlxError) {
        let store = try await open(.readOnly(path: path))
        let report: VerificationReport
        do throws(FlxError) {
            report = try await store.verify(placesBeyondEnd: false) { done, total in
                progress(BackupProgress(stage: .verify, done: done, total: total))
            }
        } catch {
            await store.close()
            throw error
        }
        await store.close()
        guard let fault = report.faults.first else { return }
        let place = fault.position.map { "at position \($0), " } ?? ""
        throw FlxError(
            .corrupt, "the copy did not pass verification and was not kept: \(place)\(fault.message); verify the store it was made of")
    }
}
