import ChildProcesses
import FlxCore
import Foundation
import SharedData
import Testing

/// The program on machines unlike the usual one, and with slow pipes.
@Suite struct MachineTests {
    private let folder = TemporaryFolder()
    private let flx: FlxProgram

    init() {
        flx = FlxProgram(store: folder.file("events.db"))
    }

    /// The program on another machine.
    private func program(on difference: SystemShim.Difference) async throws -> FlxProgram {
        FlxProgram(store: flx.store, variables: try await SystemShim.make(in: folder).variables(difference))
    }

    private func count() async throws -> Int64 {
        guard FileManager.default.fileExists(atPath: flx.store) else { return 0 }
        let run = try await flx.start(["info", "--json"]).end()
        return run.status == 0 ? try run.json()["events"]?.number?.int64 ?? 0 : 0
    }

    @Test(.machine, arguments: [SystemShim.Difference.oneProcessor, .backwardTime])
    func `a slow pipe is committed, and a signal ends the import`(_ difference: SystemShim.Difference) async throws {
        let flx = try await program(on: difference)
        let process = try flx.start(["import", "-"], input: .open)
        for number in 1...2 {
            try await process.write(ImportTests.lines(2)[number - 1] + "\n")
            try await eventually { try await count() == number || process.hasEnded }
        }
        #expect(!process.hasEnded, "\(process.errors)")
        process.send(SIGTERM)
        try await eventually { process.hasEnded }
        #expect(try await process.end().status == 130)
    }

    @Test(.machine) func `on one processor a signal ends a wait for a reader and for an answer`() async throws {
        let flx = try await program(on: .oneProcessor)
        try await flx("import", "-", input: ImportTests.lines(3_000).joined(separator: "\n"))
        try await flx("projections", "rebuild", "types")
        let prompt = try flx.start(["repair", "--views"], input: .terminal)
        try await eventually { prompt.errors.contains("Go on? [y/N]") || prompt.hasEnded }
        prompt.send(SIGTERM)
        try await eventually { prompt.hasEnded }
        #expect(try await prompt.end().status == 130)

        let pipe = folder.file("pipe")
        let start = "mkfifo \(pipe); exec 3<>\(pipe); $FLX export >\(pipe) & head -c 1 <&3 >/dev/null; kill -TERM $!"
        let end = "for _ in {1..100}; do kill -0 $! 2>/dev/null || break; sleep 0.1; done; kill -KILL $! 2>/dev/null; wait $!; exit $?"
        #expect(try await flx.shell("\(start); \(end)").status == 130)
    }

    @Test func `a bad line of a pipe ends the import before the next line comes`() async throws {
        let process = try flx.start(["import", "-"], input: .open)
        try await process.write(ImportTests.lines(1)[0] + "\n{\n")
        try await eventually { process.hasEnded }
        let run = try await process.end()
        #expect(run.status == 1 && run.errors.contains("-:2: "), "\(run.errors)")
        #expect(try await count() == 1)
    }

    @Test func `a bad line of a pipe that is skipped is reported before the next line comes`() async throws {
        let process = try flx.start(["import", "-", "--skip-bad", folder.file("bad")], input: .open)
        try await process.write(ImportTests.lines(1)[0] + "\n{\n")
        try await eventually { process.errors.contains("-:2: ") || process.hasEnded }
        #expect(!process.hasEnded, "\(process.errors)")
        process.send(SIGTERM)
        #expect(try await process.end().status == 130)
    }

    @Test(.machine) func `an error at the end of the output is reported`() async throws {
        try await flx("append", "t", "--stream", "s")
        let flx = try await program(on: .failingClose)
        for command in [["export"], ["info", "--json"]] {
            let run = try await flx.start(command).end()
            #expect(run.status == 1 && run.errors.contains("the output cannot be written"), "\(command): \(run.errors)")
        }
        #expect(try await flx.start(["read", "--stream", "none"]).end().status == 2)
    }
}
