import Foundation
import SharedData
import Testing

@testable import FlxCommand

/// Files that the program may create, and those that it must leave alone.
@Suite struct OutputFileTests {
    private let folder = TemporaryFolder()

    private func attempt(_ path: String, inputs: [String] = [], stores: [String] = []) throws {
        _ = try OutputFile(path, option: "--to", inputs: inputs, stores: stores)
    }

    private func expectRefusal(_ path: String, inputs: [String] = [], stores: [String] = [], _ reason: String) throws {
        #expect { try attempt(path, inputs: inputs, stores: stores) } throws: { error in
            guard let failure = error as? Failure else { return false }
            return failure.status == .usage && failure.message.hasPrefix("--to: \(path)") && failure.message.contains(reason)
        }
    }

    @Test func `a new file is its owner's alone, and is not there before it is needed`() throws {
        let path = folder.file("new")
        let file = try OutputFile(path, option: "--to")
        #expect(!FileManager.default.fileExists(atPath: path))
        close(try file.create())
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        // An empty one is taken as it is.
        close(try OutputFile(path, option: "--to").create())
    }

    @Test func `a file that became another's between the look and the opening is refused`() throws {
        let path = folder.file("new")
        let file = try OutputFile(path, option: "--to")
        _ = try folder.write("somebody's", to: "new")
        #expect(throws: Failure.self) { _ = try file.create() }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "somebody's")
    }

    @Test func `the input, by any way to it, is refused`() throws {
        let input = try folder.write("", to: "in")
        try FileManager.default.linkItem(atPath: input, toPath: folder.file("hard"))
        try FileManager.default.createSymbolicLink(atPath: folder.file("soft"), withDestinationPath: input)
        try expectRefusal(input, inputs: [input], "is the input")
        try expectRefusal(folder.file("hard"), inputs: [input], "is the input")
        try expectRefusal(folder.file("soft"), inputs: [input], "is a link")
    }

    @Test func `what has something in it, or is no ordinary file, is refused`() throws {
        try expectRefusal(try folder.write("x", to: "full"), "is not empty")
        try expectRefusal(folder.path, "is a folder")
        try FileManager.default.createSymbolicLink(atPath: folder.file("dangling"), withDestinationPath: folder.file("nowhere"))
        try expectRefusal(folder.file("dangling"), "is a link")
        try expectRefusal("-", "is no file")
        try expectRefusal(folder.file("none/new"), "folder")
        #expect(mkfifo(folder.file("pipe"), 0o600) == 0)
        try expectRefusal(folder.file("pipe"), "no ordinary file")
    }

    @Test(arguments: ["", "-wal", "-shm", "-journal", ".lock"])
    func `a store and what is beside it are refused, whether they are there or not`(_ ending: String) throws {
        let store = folder.file("events.db")
        try expectRefusal(store + ending, stores: [store], "store")
        let detour = folder.path + "/../" + URL(fileURLWithPath: folder.path).lastPathComponent + "/events.db"
        try expectRefusal(detour + ending, stores: [store], "store")
        guard !ending.isEmpty else { return }
        // Also beside a store that the command does not name.
        let other = try folder.write("SQLite format 3", to: "other.db")
        try expectRefusal(other + ending, "belongs to the store")
    }

    @Test func `a file in the folder of an archive is refused`() throws {
        _ = try folder.write("{}", to: "manifest.jsonl")
        try expectRefusal(folder.file("events-000000000001.part"), "archive")
    }

    @Test func `a device and a pipe of the shell are written to`() throws {
        close(try OutputFile("/dev/null", option: "--to").create())
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        defer { for end in ends { close(end) } }
        let descriptor = try OutputFile("/dev/fd/\(ends[1])", option: "--to").create()
        #expect(write(descriptor, "line", 4) == 4)
        close(descriptor)
        var bytes = [UInt8](repeating: 0, count: 4)
        #expect(read(ends[0], &bytes, 4) == 4 && bytes == Array("line".utf8))
        // A file that the shell opened is a file, and may be somebody's.
        let file = open(try folder.write("somebody's", to: "full"), O_WRONLY)
        defer { close(file) }
        #expect(throws: Failure.self) { try attempt("/dev/fd/\(file)") }
    }
}
