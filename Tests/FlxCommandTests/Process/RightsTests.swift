import ChildProcesses
import FlxCore
import Foundation
import SharedData
import Testing

/// The store of one user, read by another. Only root can be two users: where somebody else runs the tests, or other users cannot reach
/// the program, they are left out.
@Suite(.enabled(if: geteuid() == 0 && canOthersRun(FlxProgram.path), "only root can run a command as another user"))
struct RightsTests {
    private let folder = TemporaryFolder()
    private let flx: FlxProgram

    init() throws {
        flx = FlxProgram(store: folder.file("events.db"))
        #expect(chmod(folder.path, 0o755) == 0)
    }

    /// Runs a line of the shell as a user without rights, on the built program where such a user can find it.
    private func asNobody(_ line: String) async throws -> ChildProcess.Ending {
        try await flx.shell("setpriv --reuid=65534 --regid=65534 --clear-groups /bin/bash -c '\(line)'")
    }

    private func fill(_ count: Int) async throws {
        let lines = (1...count).map { #"{"specversion":"1.0","id":"e\#($0)","source":"/s","type":"t","subject":"s"}"# }
        try await flx("import", "-", input: lines.joined(separator: "\n"))
    }

    @Test func `a closed store in a folder of others is not read as one that never changes`() async throws {
        try await fill(3)
        for command in ["read", "tail", "export", "verify", "info"] {
            let run = try await asNobody("$FLX \(command)")
            #expect(run.status == 69 && run.errors.contains("right to write in \(folder.path)"), "\(command): \(run)")
            #expect(!run.errors.contains("immutable") && !run.errors.contains("damaged"))
        }
    }

    @Test func `beside a writer it is read, and what is appended comes`() async throws {
        try await fill(1)
        let writer = try flx.start(["import", "-"], input: .open)
        func send(_ id: String) async throws {
            try await writer.write(#"{"specversion":"1.0","id":"\#(id)","source":"/s","type":"t","subject":"s"}"# + "\n")
        }
        defer { writer.send(SIGKILL) }
        try await send("first")
        try await eventually { try await asNobody("$FLX read").status == 0 }
        let read = try await asNobody("$FLX read -o jsonl")
        #expect(read.lines.count == 1 || read.output.contains("first"), "\(read)")
        #expect(try await asNobody("$FLX backup \(folder.file("copy.db"))").status == 69)
    }

    @Test func `an archive that may not be looked at is not called none`() async throws {
        try await fill(1)
        let archive = folder.file("archive")
        try await flx("backup", "--incremental", archive)
        for command in ["verify \(archive)", "restore \(archive) --drill"] {
            let run = try await asNobody("$FLX \(command)")
            #expect(run.status == 69 && run.errors.contains("Permission denied"), "\(command): \(run)")
        }
    }

    @Test func `a store that cannot be read or written says so`() async throws {
        try await fill(1)
        #expect(chmod(folder.file("events.db"), 0o600) == 0)
        for command in ["read", "append t --stream s"] {
            let run = try await asNobody("$FLX \(command)")
            #expect(run.status == 69 && run.errors.contains("Permission denied"), "\(command): \(run)")
        }
        #expect(chmod(folder.file("events.db"), 0o644) == 0)
        // A folder that cannot be entered hides whether the store is there.
        #expect(chmod(folder.path, 0o700) == 0)
        for command in ["info", "append t --stream s", "verify \(flx.store)", "backup /tmp/none.db", "restore \(flx.store) --drill"] {
            let run = try await asNobody("$FLX \(command)")
            #expect(run.status == 69 && run.errors.contains("Permission denied"), "\(command): \(run)")
        }
        #expect(chmod(folder.path, 0o755) == 0)
        let run = try await asNobody("$FLX append t --stream s")
        #expect(run.status == 69 && run.errors.contains("check the permissions"), "\(run)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["events.db"])
    }
}

/// Whether every folder on the way to a program lets other users through, to run it.
private func canOthersRun(_ path: String) -> Bool {
    var path = path
    while path != "/" {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & 0o001 != 0 else { return false }
        path = URL(fileURLWithPath: path).deletingLastPathComponent().path
    }
    return true
}
