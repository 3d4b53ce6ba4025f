import FlxCore
import Foundation
import Testing

@testable import FlxSQLite

/// Archives that somebody made, and files of others in their folders.
@Suite struct ArchiveFileTests {
    let bench: BackupBench

    init() throws {
        bench = try BackupBench()
    }

    private var archive: String { bench.folder.file("archive") }

    private func run() async throws -> BackupReport {
        try await withSQLiteEventStore(bench.configuration) { try await $0.archive(into: archive) }
    }

    private func mode(_ path: String) -> mode_t {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & 0o777 : 0
    }

    /// Writes a manifest with a checksum that fits, which anybody can compute.
    private func forge(_ lines: [String]) throws {
        let body = Array(lines.map { $0 + "\n" }.joined().utf8)
        var sum = Checksum()
        body.withUnsafeBytes { sum.mix($0) }
        let digits = String(UInt64(bitPattern: sum.value), radix: 16)
        let end = #"{"checksum":"\#(String(repeating: "0", count: 16 - digits.count))\#(digits)"}"# + "\n"
        try Data(body + Array(end.utf8)).write(to: URL(fileURLWithPath: "\(archive)/\(ArchiveManifest.file)"))
    }

    private static let head = #"{"format":1,"events":1,"lastSum":"0000000000000000"}"#

    private static func part(_ first: String, _ last: String, _ bytes: String) -> String {
        #"{"part":"a","first":\#(first),"last":\#(last),"bytes":\#(bytes),"checksum":"0000000000000000"}"#
    }

    @Test(arguments: [
        [part("1", "9223372036854775807", "10"), part("2", "3", "10")], [part("1", "9223372036854775806", "10")],
        [part("-9223372036854775808", "1", "10")], [part("0", "0", "10")], [part("1", "1", "-9223372036854775808")],
        [part("1", "1", "9223372036854775807"), part("2", "3", "9223372036854775807")], [part("1e99", "1", "1")],
        [part("1", "0", "10")], [#"{"checkpoint":"x","position":-1}"#], [#"{"checkpoint":"x","position":10e9223372036854775807}"#],
        ["[]"], ["1"], [#"{"format":1e99}"#],
    ])
    func `a forged manifest is reported`(_ lines: [String]) async throws {
        try await bench.fill(3)
        _ = try await run()
        try forge([Self.head] + lines)
        let faults = try? await SQLiteEventStore.verify(backup: archive).faults
        #expect(faults.map { !$0.isEmpty } ?? true)
        await #expect(throws: FlxError.self) { try await SQLiteEventStore.restore(archive, to: bench.folder.file("new.db")) }
        await #expect(throws: FlxError.self) { try await run() }
        #expect(!FileManager.default.fileExists(atPath: bench.folder.file("new.db")))
    }

    @Test func `a manifest that is too long to be read does not take the place of one that can be`() async throws {
        try await bench.fill(3)
        _ = try await run()
        let path = "\(archive)/\(ArchiveManifest.file)"
        let before = FileManager.default.contents(atPath: path)
        var manifest = try #require(try ArchiveManifest.load(archive))
        for number in 0..<100 { manifest.checkpoints[ExactText("reader-\(number)")] = 3 }
        let length = try manifest.text().count
        let error = #expect(throws: FlxError.self) { try manifest.save(archive, mostBytes: Int64(length - 1)) }
        #expect(error?.code == .limitExceeded && error?.message.contains("100 readers") == true)
        #expect(FileManager.default.contents(atPath: path) == before && before != nil)
        try manifest.save(archive, mostBytes: Int64(length))
        #expect(try ArchiveManifest.load(archive)?.checkpoints.count == 100)
    }

    /// A part can be as long as its manifest says without a byte on the medium.
    @Test func `a record is not read that no store can hold`() async throws {
        try await bench.fill(1)
        _ = try await run()
        let path = "\(archive)/\(ArchiveManifest.Part.file(from: 1))"
        let length = UInt32(ArchiveRecord.mostBytes + 1)
        let head = ArchivePartWriter.magic + withUnsafeBytes(of: length.littleEndian) { Array($0) }
        try Data(head).write(to: URL(fileURLWithPath: path))
        let bytes = Int64(2) << 30
        #expect(truncate(path, Int(bytes)) == 0)
        var reader = try ArchivePartReader(ArchiveManifest.Part(first: 1, last: 1, bytes: bytes, checksum: 0), in: archive)
        let error = #expect(throws: FlxError.self) { try reader.event() }
        #expect(error?.code == .corrupt && error?.message.contains("its length does not fit") == true)
    }

    @Test func `parts that no manifest lists are not replaced`() async throws {
        let first = "\(archive)/\(ArchiveManifest.Part.file(from: 1))"
        for run in 1...2 {
            let log = try await bench.fill(2, seed: UInt64(run))
            _ = try await self.run()
            // A first run may have been killed before it listed its part; a second one listed the first.
            try FileManager.default.removeItem(atPath: "\(archive)/\(ArchiveManifest.file)")
            let part = FileManager.default.contents(atPath: first)
            guard run == 2 else {
                _ = try await self.run()
                #expect(FileManager.default.contents(atPath: first) == part && !log.isEmpty)
                continue
            }
            let other = try BackupBench()
            try await other.fill(1, seed: 99)
            let error = await #expect(throws: FlxError.self) {
                try await withSQLiteEventStore(other.configuration) { try await $0.archive(into: archive) }
            }
            #expect(error?.code == .corrupt && error?.message.contains(ArchiveManifest.file) == true)
            #expect(FileManager.default.contents(atPath: first) == part && part != nil)
        }
    }

    @Test func `an archive is its owner's alone, and a link or another's file in it is left alone`() async throws {
        try await bench.fill(3)
        let victim = bench.folder.file("victim.txt")
        try Data("precious".utf8).write(to: URL(fileURLWithPath: victim))
        _ = try await run()
        #expect(mode(archive) == 0o700)
        for name in try FileManager.default.contentsOfDirectory(atPath: archive) { #expect(mode("\(archive)/\(name)") == 0o600, "\(name)") }
        for (number, name) in ["next.partial", "manifest.jsonl.partial"].enumerated() {
            try await bench.fill(1, seed: UInt64(number) + 50)
            let path = "\(archive)/\(name)"
            try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: victim)
            #expect(await #expect(throws: FlxError.self) { try await run() }?.code == .invalidValue)
            try FileManager.default.removeItem(atPath: path)
            try Data("a letter".utf8).write(to: URL(fileURLWithPath: path))
            #expect(await #expect(throws: FlxError.self) { try await run() }?.code == .invalidValue)
            #expect(FileManager.default.contents(atPath: path) == Data("a letter".utf8))
            try FileManager.default.removeItem(atPath: path)
            _ = try await run()
        }
        #expect(FileManager.default.contents(atPath: victim) == Data("precious".utf8))
    }

    @Test func `files with the names of a backup's own stay as they are`() async throws {
        let log = try await bench.fill(3)
        let copy = bench.folder.file("copy.db")
        #expect(chmod(bench.folder.store, 0o600) == 0)
        let names = [".lock", ".partial", ".partial-1", ".partial-2-wal"]
        for name in names { try Data("a letter".utf8).write(to: URL(fileURLWithPath: copy + name)) }
        // What a backup leaves that is killed: it is removed.
        _ = try await withSQLiteEventStore(bench.configuration) { try await $0.backup(to: copy + ".partial-3") }
        _ = try await withSQLiteEventStore(bench.configuration) { try await $0.backup(to: copy) }
        for name in names { #expect(FileManager.default.contents(atPath: copy + name) == Data("a letter".utf8), "\(name)") }
        #expect(!FileManager.default.fileExists(atPath: copy + ".partial-3"))
        #expect(mode(copy) == 0o600)
        #expect(try await BackupBench.log(copy) == log)
        // One that is being made is not disturbed.
        let other = try Partial(beside: copy, mode: 0o600)
        let error = await #expect(throws: FlxError.self) {
            try await withSQLiteEventStore(bench.configuration) { try await $0.backup(to: copy) }
        }
        #expect(error?.code == .locked)
        other.discard()
    }

    @Test func `a backup goes through a link to an earlier one, and through none to nothing`() async throws {
        let log = try await bench.fill(3)
        let (copy, link) = (bench.folder.file("copy.db"), bench.folder.file("link.db"))
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: copy)
        try await withSQLiteEventStore(bench.configuration) { store in
            let error = await #expect(throws: FlxError.self) { try await store.backup(to: link) }
            #expect(error?.code == .notFound)
            _ = try await store.backup(to: copy)
            _ = try await store.backup(to: link)
        }
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == copy)
        #expect(try await BackupBench.log(copy) == log)
    }

    @Test(arguments: [
        ("a", "."), ("a/b", "a"), ("a/b/", "a"), ("/a", "/"), ("/a//", "/"), ("/a//b", "/a"), ("a/", "."), ("/", "/"), ("", "."),
    ])
    func `the folder of a path, also of one that ends with a slash`(_ path: String, _ folder: String) {
        #expect(FileSystem.folder(of: path) == folder)
    }

    @Test func `a part that cannot be examined is not called damaged`() async throws {
        try await bench.fill(3)
        _ = try await run()
        let part = "\(archive)/\(ArchiveManifest.Part.file(from: 1))"
        try FileManager.default.removeItem(atPath: part)
        #expect(try await SQLiteEventStore.verify(backup: archive).faults.count == 1)
        #expect(await failureCode { _ = try await SQLiteEventStore.restore(archive, to: bench.folder.file("new.db")) } == .corrupt)
        // A link that leads to itself: what is behind it is unknown.
        try FileManager.default.createSymbolicLink(atPath: part, withDestinationPath: part)
        #expect(await failureCode { _ = try await SQLiteEventStore.verify(backup: archive) } == .io)
        #expect(await failureCode { _ = try await SQLiteEventStore.restore(archive, to: bench.folder.file("new.db")) } == .io)
        try FileManager.default.removeItem(atPath: part)
        try FileManager.default.createDirectory(atPath: part, withIntermediateDirectories: false)
        #expect(try await SQLiteEventStore.verify(backup: archive).faults.count == 1)
    }
}
