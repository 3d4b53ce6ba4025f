public import FlxCore

extension SQLiteEventStore {
    /// Makes a new store of a backup, as it was at its end or at an earlier point.
    ///
    /// Events come back byte for byte, with their positions, versions and times of recording. Before the end of a backup, checkpoints
    /// beyond the point are dropped, and so is everything else that is made from events: it is made again from the log. The new file is
    /// written beside its place, verified, and takes it when it is whole.
    ///
    /// - Parameters:
    ///   - backup: The file of a backup or of any store, or the folder of an archive.
    ///   - path: The file of the new store; nothing may be there.
    ///   - point: How much of the log to bring back.
    ///   - progress: Is told now and then how far the work is.
    /// - Throws: ``FlxCore/FlxError/Code/invalidValue`` when something is at the path; ``FlxCore/FlxError/Code/notFound`` for a backup that
    ///   does not exist or does not reach to the point; ``FlxCore/FlxError/Code/corrupt`` when the backup is damaged, with the first fault;
    ///   ``FlxCore/FlxError/Code/incompatibleFormat``, ``FlxCore/FlxError/Code/storageFull``, ``FlxCore/FlxError/Code/cancelled`` or
    ///   ``FlxCore/FlxError/Code/io``. Nothing is made then.
    public static func restore(
        _ backup: String, to path: String, upTo point: RestorePoint = .end,
        progress: @escaping @Sendable (BackupProgress) -> Void = { _ in }
    ) async throws(FlxError) -> RestoreReport {
        let file = try await offload { () throws(FlxError) in
            let file = try NewFile(path)
            try file.requireFree()
            return file
        }
        defer { file.end() }
        let report = try await copyBack(backup, to: file.partial, upTo: point, progress: progress)
        try await verifyCopy(file.partial, progress: progress)
        try await offload { () throws(FlxError) in try file.claim() }
        return report
    }

    private static func copyBack(
        _ backup: String, to partial: String, upTo point: RestorePoint, progress: @escaping @Sendable (BackupProgress) -> Void
    ) async throws(FlxError) -> RestoreReport {
        if FileSystem.isFolder(backup) {
            return try await offload { () throws(FlxError) in
                try ArchiveRestore(backup, upTo: point).run(to: partial, progress: progress)
            }
        }
        let source = try StoreFile(backup, access: .readOnly).path
        _ = try await PageCopy.run(from: source, to: partial, BackupOptions(), progress: progress)
        return try await offload { () throws(FlxError) in
            try Connection.with(partial, isReadOnly: false) { handle throws(FlxError) in
                try handle.execute("PRAGMA synchronous = OFF; PRAGMA journal_mode = DELETE")
                // A backup may be older than the program.
                try Migrations(steps: Schema.migrations).run(handle)
                return try LogCut.apply(point, to: handle)
            }
        }
    }
}
