import FlxCore
import Foundation
import SharedData
import FlxEvents
import Testing

@testable import FlxCommand

@Suite struct ProgramTests {
    @Test(arguments: [
        (["info"], ["info"]),
        (["--store", "a.db", "info"], ["info", "--store", "a.db"]),
        (["--json", "--store=a.db", "-o", "plain", "events", "ls"], ["events", "ls", "--json", "--store=a.db", "-o", "plain"]),
        (["--store", "a", "append", "t", "--", "-x"], ["append", "t", "--store", "a", "--", "-x"]),
        (["--store"], ["--store"]),
        (["--json"], ["--json"]),
    ])
    func `options before the command are found`(_ given: [String], _ arranged: [String]) {
        #expect(Program.arrange(given) == arranged)
    }

    @Test func `errors have their exit codes`() {
        let codes: [(FlxError.Code, Ending)] = [
            (.locked, .unavailable), (.incompatibleFormat, .unavailable), (.notFound, .usage), (.cancelled, .interrupted),
            (.malformed, .usage), (.limitExceeded, .usage), (.schemaViolation, .failure),
            (.corrupt, .failure), (.storageFull, .unavailable),
        ]
        for (code, status) in codes { #expect(Failure(FlxError(code, "")).status == status) }
        #expect([Ending.success, .failure, .found, .usage, .unavailable, .interrupted].map(\.rawValue) == [0, 1, 2, 64, 69, 130])
    }

    @Test func `a checkup warns where it should`() {
        var folder = FolderFacts(path: "/data")
        folder.exists = true
        folder.isWritable = true
        folder.fileSystem = .memory
        folder.freeBytes = 1 << 20
        folder.logBytes = 1 << 30
        var checkup = Checkup()
        checkup.examine(folder)
        checkup.examine(flushes: [.microseconds(2)])
        checkup.examine(sqlite: "3.51.3")
        #expect(checkup.findings.filter { $0.level == .warning }.map(\.check) == ["file system", "space", "write-ahead log", "flush"])
        #expect(checkup.findings.last?.message == "3.51.3")
        checkup.examine(sqlite: "3.40.1")
        #expect(checkup.findings.last?.message.contains("WAL-reset") == true)
        checkup.examine(sqlite: "3.37.2")
        #expect(checkup.findings.last?.level == .fault && checkup.findings.last?.message.contains("3.38 or newer") == true)
    }

    @Test func `a checkup looks beside the store, and not beside a link to it`() throws {
        let folder = TemporaryFolder()
        for name in ["data", "links"] {
            try FileManager.default.createDirectory(atPath: folder.file(name), withIntermediateDirectories: false)
        }
        let store = try folder.write("the store", to: "data/events.db")
        _ = try folder.write("its log", to: "data/events.db-wal")
        let link = folder.file("links/store.db")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "../data/events.db")
        let facts = FolderFacts(around: link)
        #expect(facts.path.hasSuffix("/data") && facts.storeBytes == 9 && facts.logBytes == 7)
        #expect(FolderFacts(around: store).path == folder.file("data"))
    }

    @Test(arguments: [
        ("/data/events", FolderFacts.FileSystem.local), ("/mnt/share/x", .network), ("/tmp", .memory), ("/mnt", .local),
        ("/tmpfile", .local), ("/mnt/my share/x", .network), ("/mnt/usb/x", .local), ("/mnt/a\\b/x", .memory),
    ])
    func `the longest mount point counts`(_ folder: String, _ kind: FolderFacts.FileSystem) {
        let mounts = "/dev/a / ext4 rw 0 0\ntmpfs /tmp tmpfs rw 0 0\nhost:/x /mnt/share nfs4 rw 0 0\n"
            + "host:/y /mnt/my\\040share cifs rw 0 0\n/dev/b /mnt/usb fuseblk rw 0 0\ntmpfs /mnt/a\\134b tmpfs rw 0 0\n"
        #expect(FolderFacts.fileSystem(of: folder, in: mounts) == kind)
    }

    @Test func `a free size beyond all numbers is the greatest one`() {
        #expect(FolderFacts.bytes(1 << 50, 1 << 20) == .max && FolderFacts.bytes(3, 4096) == 12_288)
    }

    @Test func `the fields of a state take bounded memory`() throws {
        var state = LatestFields()
        let long = String(repeating: "x", count: 1 << 20)
        func apply(_ number: Int, _ data: EventValue) throws {
            let event = Event(type: "t", stream: "s", payload: try .json(try data.json(), limits: .inMemory))
            let position = try Position(Int64(number))
            _ = state.apply(RecordedEvent(event: event, version: 1, position: position, recordedTime: Timestamp(nanoseconds: 0)))
        }
        for number in 1...70 { try apply(number, ["f\(number)": .string(long)]) }
        let kept = state.data.object.map { Array($0).count } ?? 0
        #expect((60...64).contains(kept) && state.fieldsLeftOut.count == 70 - kept)
        // A smaller value makes room for another field; a larger one without room is not replaced by its former value.
        try apply(71, ["f1": 1])
        try apply(72, ["g": .string(long)])
        try apply(73, ["f2": .string(long + long)])
        #expect(state.data["f1"] == 1 && state.data["g"] != nil && state.data["f2"] == nil)
        #expect(state.fieldsLeftOut.count == 71 - kept)
    }

    @Test(arguments: [
        ("data.a = ", "expected a value", "         ^"),
        // A letter with its mark is one on the screen, and a control character is shown as several.
        ("data['e\u{301}\u{1}'] = ", "expected a value", "                 ^"),
    ])
    func `the message of a condition marks the place of its fault`(_ condition: String, _ reason: String, _ mark: String) throws {
        let fault = try #require(throws: ConditionFault.self) { try EventCondition(parsing: condition) }
        let failure = Failure(fault, in: condition)
        #expect(failure.message == "--where: \(fault.reason), at column \(fault.column)" && failure.status == .usage)
        #expect(failure.details.last?.hasSuffix("^") == true && failure.details.last?.count == mark.count + 2, "\(failure.details)")
        #expect(fault.reason.contains(reason))
    }
}
