public import FlxCore

extension SQLiteEventStore {
    /// Reads a backup or an archive and compares everything in it, without changing it.
    /// - Parameters:
    ///   - backup: The file of a backup, or the folder of an archive.
    ///   - progress: Called repeatedly with the progress.
    /// - Returns: The faults, in the order of positions.
    /// - Throws: ``FlxCore/FlxError/Code/notFound``, ``FlxCore/FlxError/Code/incompatibleFormat``, ``FlxCore/FlxError/Code/io``,
    ///   ``FlxCore/FlxError/Code/cancelled``, or ``FlxCore/FlxError/Code/corrupt`` when not even its head can be read.
    public static func verify(
        backup: String, progress: @escaping @Sendable (BackupProgress) -> Void = { _ in }
    ) async throws(FlxError) -> VerificationReport {
        if FileSystem.isFolder(backup) {
            return try await offload { task throws(FlxError) in
                try ArchiveRestore.verify(backup) { state throws(FlxError) in
                    try task.check("verify")
                    progress(state)
                }
            }
        }
        let store = try await open(.readOnly(path: backup))
        do throws(FlxError) {
            let report = try await store.verify { progress(BackupProgress(stage: .verify, done: $0, total: $1)) }
            await store.close()
            return report
        } catch {
            await store.close()
            throw error
        }
    }
}
