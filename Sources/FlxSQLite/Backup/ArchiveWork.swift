import FlxCore
import Synchronization

/// An unfinished part, written outside the threads of Swift's tasks.
final class ArchiveWork: Sendable {
    private let writer: Mutex<ArchivePartWriter>

    init(_ writer: sending ArchivePartWriter) {
        self.writer = Mutex(writer)
    }

    var isFull: Bool { writer.withLock(\.isFull) }

    /// Adds events.
    /// - Returns: The size of the part so far, in bytes.
    func add(_ events: [RecordedEvent]) async throws(FlxError) -> Int64 {
        try await offload { [self] () throws(FlxError) in
            try writer.withLock { writer throws(FlxError) in
                for recorded in events { try writer.add(recorded) }
                return writer.bytes
            }
        }
    }

    /// Flushes the part to the medium, reads it back if `verifies` is true, and gives it its name.
    /// - Returns: The entry for the manifest, and the checksum of the last event.
    func finish(in archive: ArchiveFolder, verifies: Bool) async throws(FlxError) -> (ArchiveManifest.Part, Int64) {
        try await offload { [self] () throws(FlxError) in
            try writer.withLock { writer throws(FlxError) in
                let part = try writer.finish()
                if verifies {
                    var reader = try ArchivePartReader(part, in: archive.path, named: "next.partial")
                    while try reader.event() != nil {}
                }
                let path = archive.path + "/" + part.file
                try OutputFile.requireOwn(path, ArchivePartWriter.magic)
                try FileSystem.replace(path, by: archive.partial)
                return (part, writer.lastSum)
            }
        }
    }
}
