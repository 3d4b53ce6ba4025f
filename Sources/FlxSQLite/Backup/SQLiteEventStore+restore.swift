public import FlxCore

extension SQLiteEventStore {
    /// Creates a new store from a backup, as of its end or of an earlier point.
    ///
    /// Events are restored byte for byte, with their positions, versions and times of recording. If the point is before
    /// the end of the backup, readers beyond it begin again at the start, or continue at the new end. Snapshots and views
    /// beyond the point and tables of users are dropped, and made again from the log. So are views that are damaged in the
    /// backup. All other records beside the log, such as timers, stay as they were at the end of the backup, since nobody
    /// knows their content at the point; ``RestoreReport/keptSpaces`` names them. An archive has none. The new file is
    /// written beside its place, verified, and moved there when it is complete.
    ///
    /// - Parameters:
    ///   - backup: The file of a backup or of any store, or the folder of an archive.
    ///   - path: The file of the new store; only an empty file may exist there.
    ///   - point: The last point of the log to restore.
    ///   - checkpoints: The treatment of readers' checkpoints beyond the point.
    ///   - progress: Called repeatedly with the progress.
    /// - Throws: ``FlxCore/FlxError/Code/invalidValue`` if something is at the path, or a log of another file beside
    ///   it; ``FlxCore/FlxError/Code/notFound`` if the backup does not exist or does not reach the point;
    ///   ``FlxCore/FlxError/Code/corrupt`` if more than views is damaged in the backup, with the first fault;
    ///   ``FlxCore/FlxError/Code/incompatibleFormat``, ``FlxCore/FlxError/Code/storageFull``,
    ///   ``FlxCore/FlxError/Code/cancelled`` or ``FlxCore/FlxError/Code/io``. Then no store is created.
    public static func restore(
        _ backup: String, to path: String, upTo point: RestorePoint = .end, checkpoints: RestoredCheckpoints = .drop,
        progress: @escaping @Sendable (BackupProgress) -> Void = { _ in }
    ) async throws(FlxError) -> RestoreReport {
        let isArchive = FileSystem.isFolder(backup)
        let file = try await offload { () throws(FlxError) in
            try NewFile(path, over: .free, like: isArchive ? backup + "/" + ArchiveManifest.file : backup)
        }
        defer { file.end() }
        let report = if isArchive {
            try await offload { task throws(FlxError) in
                try ArchiveRestore(backup, upTo: point).run(to: file.partial.path, checkpoints) { state throws(FlxError) in
                    try task.check("restore")
                    progress(state)
                }
            }
        } else {
            try await copyBack(backup, to: file, upTo: point, checkpoints, progress: progress)
        }
        try await verifyCopy(file.partial.path, progress: progress)
        try await offload { () throws(FlxError) in try file.place(last: report.events) }
        return report
    }

    private static func copyBack(
        _ backup: String, to file: NewFile, upTo point: RestorePoint, _ checkpoints: RestoredCheckpoints,
        progress: @escaping @Sendable (BackupProgress) -> Void
    ) async throws(FlxError) -> RestoreReport {
        let source = try StoreFile(backup, access: .readOnly).path
        defer { Sidecars.tidy(source) }
        try await offload { () throws(FlxError) in
            try Connection.with(source, isReadOnly: true) { handle throws(FlxError) in
                try Migrations(steps: Schema.migrations).requireUnchanged(handle)
            }
        }
        guard point != .end else {
            _ = try await PageCopy.run(from: source, to: file.partial.path, BackupOptions(), progress: progress)
            return try await offload { task throws(FlxError) in try cut(file.partial.path, point, checkpoints, into: nil, task) }
        }
        // The cut leaves free pages: the rest is written once more without them.
        let whole = try await offload { () throws(FlxError) in
            try Partial(beside: file.partial.path, mode: Partial.mode(like: file.partial.path))
        }
        defer { whole.discard() }
        _ = try await PageCopy.run(from: source, to: whole.path, BackupOptions(), progress: progress)
        return try await offload { task throws(FlxError) in try cut(whole.path, point, checkpoints, into: file.partial.path, task) }
    }

    private static func cut(
        _ path: String, _ point: RestorePoint, _ checkpoints: RestoredCheckpoints, into compact: String?, _ task: Cancellation
    ) throws(FlxError) -> RestoreReport {
        try Connection.with(path, isReadOnly: false) { handle throws(FlxError) in
            try task.interrupting(handle, "restore") { () throws(FlxError) in
                try handle.execute("PRAGMA synchronous = OFF", "PRAGMA journal_mode = DELETE")
                // A backup may be older than the program.
                try Migrations(steps: Schema.migrations).run(handle)
                let report = try LogCut.apply(point, checkpoints, to: handle)
                try task.check("restore")
                if let compact { try handle.vacuum(into: compact) }
                return report
            }
        }
    }
}
