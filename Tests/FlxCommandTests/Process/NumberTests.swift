import ChildProcesses
import FlxCore
import SharedData
import Testing

/// Numbers and times at the ends of what can be written, as events and as options: no command ends by a signal.
@Suite struct NumberTests {
    private let folder = TemporaryFolder()
    private let flx: FlxProgram

    init() {
        flx = FlxProgram(store: folder.file("events.db"))
    }

    @Test func `events with any number are read, found and exported`() async throws {
        let numbers = [
            "10e9223372036854775807", "0.1e-9223372036854775808", "12.5e-9223372036854775808", "100e9223372036854775806", "1e400",
            "10e399", "1", "123456789012345678901234567891",
        ]
        for number in numbers { try await flx("append", "a.b", "--stream", "s", "--data", #"{"n":\#(number)}"#) }
        #expect(try await flx("read", "--where", "data.n > 1", "-o", "jsonl").lines.count == 5)
        #expect(try await flx("read", "--where", "data.n = 1e400", "-o", "jsonl").lines.count == 2)
        #expect(try await flx("read", "--where", "data.n = 123456789012345678901234567890", "-o", "jsonl").lines.isEmpty)
        for format in ["jsonl", "csv", "xes", "ocel"] { try await flx("export", "--format", format) }
        try await flx("state", "s")
    }

    @Test func `options at the ends of their ranges are taken or refused`() async throws {
        try await flx("append", "a.b", "--stream", "s", "--data", "{}")
        let most = "9223372036854775807"
        #expect(try await flx("read", "--limit", most, "-o", "jsonl").lines.count == 1)
        #expect(try await flx("read", "--from", most, "-o", "jsonl").lines.isEmpty)
        #expect(try await flx("read", "--reverse", "--from", "0", "-o", "jsonl").lines.isEmpty)
        #expect(try await flx("tail", "-n", most, "-o", "jsonl").lines.count == 1)
        #expect(try await flx("streams", "--limit", most, "-o", "jsonl").lines.count == 1)
        try await flx("streams", "--limit", "0", expecting: 64)
        try await flx("project", "types", "--from", most)
        for version in ["0", "2147483648", most] {
            let refused = try await flx("append", "a.b", "--stream", "s", "--schema-version", version, expecting: 64)
            #expect(refused.errors.contains("--schema-version: must be 1 to 2147483647"))
            try await flx("schema", "add", "a.b", "-", "--schema-version", version, input: "{}", expecting: 64)
        }
        try await flx("schema", "add", "a.b", "-", "--schema-version", "2147483647", input: "{}")
        for rate in ["0", "-1", "1e-30", "inf", "nan"] {
            try await flx("parked", "retry", "x", "--all", "--yes", "--rate=\(rate)", expecting: 64)
        }
    }

    @Test(arguments: [
        ("9999-12-31", "cannot be kept: times go from 1677-09-21"), ("0001-01-01T00:00:00Z", "cannot be kept"),
        ("2026-01-31T12:00:00.0000000001Z", "at most 9 digits"), ("2026-06-15T12:30:60Z", "last one of June or December"),
        ("2026-02-30", "is no time; write"), ("yesterday", "is no time; write"),
    ])
    func `a time that cannot be kept is refused with the reason`(_ time: String, _ reason: String) async throws {
        try await flx("append", "a.b", "--stream", "s", "--data", "{}")
        for option in ["--since", "--until"] {
            let run = try await flx("read", option, time, expecting: 64)
            #expect(run.errors.contains(option) && run.errors.contains(reason), "\(run.errors)")
        }
        #expect(try await flx("state", "s", "--at", time, expecting: 64).errors.contains(reason))
    }

    @Test func `schema validate says which formats it asserts`() async throws {
        let schema = folder.file("schema.json")
        try await flx.shell("echo '{\"format\":\"date\"}' > \(schema)").requireSuccess()
        let run = try await flx("schema", "validate", schema, "-", "--formats", input: "\"9999-12-31\"")
        #expect(run.errors.contains("formats asserted: date, date-time,") && !run.errors.contains("idn-email,"))
        #expect(try await flx("schema", "validate", "--help").output.contains("idn-hostname"))
    }
}

extension ChildProcess.Ending {
    fileprivate func requireSuccess() throws { try #require(status == 0, "\(errors)") }
}
