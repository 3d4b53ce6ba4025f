import ChildProcesses
import Foundation
import Testing

/// What the other tests rely on when they start processes.
@Suite struct ChildProcessTests {
    private func shell(_ line: String, input: ChildProcess.Input = .text(""), limit: Duration = .seconds(180)) throws -> ChildProcess {
        try ChildProcess("/bin/sh", ["-c", line], input: input, limit: limit)
    }

    @Test func `an end is a code or a signal`() async throws {
        let run = try await shell("cat; echo no >&2; exit 3", input: .text("yes")).end()
        #expect(run.status == 3 && run.output == "yes" && run.errors == "no\n")
        #expect(try await shell("kill -9 $$").end().status == -SIGKILL)
        #expect(throws: ChildProcess.Failure.self) { try ChildProcess("/missing", []) }
    }

    @Test func `a child has ended although its own children have not`() async throws {
        let child = try shell("sleep 120 & echo $!", limit: .seconds(60))
        let run = try await child.end()
        let grandchild = try #require(Int32(run.output.dropLast()))
        #expect(kill(grandchild, SIGKILL) == 0)
    }

    @Test func `a child is killed when its limit passes`() async throws {
        let child = try shell("echo begun; exec sleep 120", limit: .seconds(1))
        await #expect { try await child.end() } throws: { "\($0)".contains("begun") }
        #expect(child.hasEnded)
    }

    @Test func `a child is killed when nobody holds it`() async throws {
        var child: ChildProcess? = try shell("exec sleep 120")
        let id = try #require(child?.id)
        #expect(kill(id, 0) == 0)
        child = nil
        try await eventually { kill(id, 0) != 0 }
    }

    @Test func `an open input takes more than a pipe, and is missed by nobody else`() async throws {
        let first = try shell("head -c 300000 | wc -c", input: .open)
        let others = try (0..<8).map { _ in try shell("read line; echo $line", input: .open) }
        try await first.write(String(repeating: "x", count: 300_000))
        #expect(try await first.end().output.contains("300000"))
        for child in others {
            try await child.write("here\n")
            #expect(try await child.end().output == "here\n")
        }
        await #expect(throws: ChildProcess.Failure.self) { try await first.write("more") }
    }
}
