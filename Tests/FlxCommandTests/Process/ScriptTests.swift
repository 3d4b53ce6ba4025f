import ChildProcesses
import Foundation
import SharedData
import Testing

/// The scripts as people call them, over a Swift that is played: it makes what a build would make.
@Suite struct ScriptTests {
    private static let scripts = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../../scripts").standardizedFileURL.path
    private static let all = ["bench", "faults", "flx", "fuzz", "test", "tsan"]

    /// A folder with a space in its name.
    private let folder = TemporaryFolder()
    private var project: String { folder.file("the project") }
    private var tools: String { folder.file("tools") }

    init() async throws {
        let files = FileManager.default
        for path in [project + "/Sources", tools, project + "/Tests/Fuzz"] {
            try files.createDirectory(atPath: path, withIntermediateDirectories: true)
        }
        try files.copyItem(atPath: Self.scripts, toPath: project + "/scripts")
        try "".write(toFile: project + "/Package.swift", atomically: true, encoding: .utf8)
        let swift = """
            #!/bin/bash
            [ "$1" = build ] || exit 0
            echo built >>"$BUILDS"
            folder=$3/.build/release
            mkdir -p "$folder"
            printf '#!/bin/bash\\necho "$@"\\nexit 7\\n' >"$folder/flx.$$"
            chmod +x "$folder/flx.$$"
            mv -f "$folder/flx.$$" "$folder/flx"
            """
        try await play(swift)
    }

    /// Puts a script in the place of `swift`. A process of its own writes it: what starts at this moment from this one would keep the
    /// file open for writing, and no system runs such a file.
    private func play(_ swift: String) async throws {
        let line = #"rm -f "$0" && cat >"$0" && chmod +x "$0""#
        let ending = try await ChildProcess("/bin/bash", ["-c", line, tools + "/swift"], input: .text(swift)).end()
        try #require(ending.status == 0, "\(ending.errors)")
    }

    private var builds: Int {
        ((try? String(contentsOfFile: folder.file("builds"), encoding: .utf8)) ?? "").split(separator: "\n").count
    }

    private func run(_ line: String, path: String? = nil) async throws -> ChildProcess.Ending {
        let environment = [
            "PATH": (path ?? tools) + ":/usr/bin:/bin", "BUILDS": folder.file("builds"), "PROJECT": project, "HOME": folder.path,
        ]
        return try await ChildProcess("/bin/bash", ["-c", line], environment: environment).end()
    }

    @Test func `flx is built once and run, from anywhere, through links, with any folder for temporary files`() async throws {
        let first = try await run(#""$PROJECT/scripts/flx" a "b c""#)
        #expect(first.status == 7 && first.output == "a b c\n", "\(first.errors)")
        for line in [
            #"cd / && "$PROJECT/scripts/flx" x"#, #"ln -s "$PROJECT/scripts/flx" "$HOME/link" && "$HOME/link" x"#,
            #"cd "$PROJECT/scripts" && ln -s flx other && ln -s other third && ./third x"#,
        ] {
            let run = try await run(line)
            #expect(run.status == 7 && run.output == "x\n" && run.errors.isEmpty, "\(line): \(run.errors)")
        }
        #expect(builds == 1)
        for setting in ["TMPDIR=/nowhere", #"TMPDIR="$HOME/a b""#, "TMPDIR="] {
            let run = try await run(#"mkdir -p "$HOME/a b"; rm -f "$PROJECT/.build/flx-built"; \#(setting) "$PROJECT/scripts/flx" x"#)
            #expect(run.status == 7 && run.output == "x\n", "\(setting): \(run.errors)")
        }
        #expect(builds == 4)
        let left = try FileManager.default.contentsOfDirectory(atPath: project + "/.build").sorted()
        #expect(left == ["flx-built", "release"])
    }

    @Test func `several at once all run`() async throws {
        let run = try await run(
            #"for n in 1 2 3 4 5 6 7 8; do "$PROJECT/scripts/flx" $n & done; wait; for n in 1 2 3; do "$PROJECT/scripts/flx" again; done"#)
        #expect(Set(run.lines) == ["1", "2", "3", "4", "5", "6", "7", "8", "again"], "\(run.errors)")
        #expect(!run.errors.contains("cannot stat"))
    }

    @Test func `help needs no build, and no script takes an option that it does not know`() async throws {
        for script in Self.all where script != "flx" {
            let help = try await run("\"$PROJECT/scripts/\(script)\" --help", path: "/nowhere")
            #expect(help.status == 0 && help.output.contains("scripts/\(script)") && help.errors.isEmpty, "\(script): \(help.errors)")
            #expect(!help.output.contains("set -euo") && !help.output.contains("#!"))
            for wrong in ["--colour", "-x"] {
                let run = try await run("\"$PROJECT/scripts/\(script)\" \(wrong)")
                #expect(run.status == 64 && run.errors.contains(wrong), "\(script): \(run.errors)")
            }
        }
        let wrong = ["test --filter", "tsan --filter", "bench --rounds", "bench --rounds x", "fuzz x", "fuzz 1 nosuch", "faults --seed"]
        for line in wrong {
            #expect(try await run("\"$PROJECT\"/scripts/\(line)").status == 64, "\(line)")
        }
        #expect(builds == 0)
    }

    @Test func `what is missing is exit 69, with what to install`() async throws {
        try FileManager.default.createDirectory(atPath: folder.file("bin"), withIntermediateDirectories: true)
        for tool in ["bash", "env", "dirname", "readlink", "find", "head", "sed", "awk", "id", "mkdir", "mktemp", "basename"] {
            let place = ["/usr/bin/", "/bin/"].first { FileManager.default.fileExists(atPath: $0 + tool) } ?? ""
            try FileManager.default.createSymbolicLink(atPath: folder.file("bin/" + tool), withDestinationPath: place + tool)
        }
        for script in Self.all {
            let run = try await run("PATH='\(folder.file("bin"))'; \"$PROJECT/scripts/\(script)\"")
            #expect(run.status == 69 && run.errors.contains("https://www.swift.org/install"), "\(script): \(run.errors)")
        }
        try await play("#!/bin/bash\necho 'Apple Swift version 5.10.1 (swift-5.10.1-RELEASE)'\n")
        let run = try await run(#""$PROJECT/scripts/flx""#)
        #expect(run.status == 69 && run.errors.contains("5.10"), "\(run.errors)")
    }

    @Test func `a Swift that does not tell its version is left to the build`() async throws {
        try await play("#!/bin/bash\necho \"no $1\" >&2\nexit 3\n")
        let run = try await run(#""$PROJECT/scripts/flx""#)
        #expect(run.status == 69 && run.errors.contains("no build") && run.errors.contains("the build failed"), "\(run.errors)")
    }
}
