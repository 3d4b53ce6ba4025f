import ChildProcesses
import FlxCore
import SharedData
import Testing

/// The commands about views, snapshots and states, as processes on a store.
@Suite struct ViewCommandTests {
    private let folder = TemporaryFolder()
    private let flx: FlxProgram

    init() {
        flx = FlxProgram(store: folder.file("events.db"))
    }

    private func fill() async throws {
        try await flx("append", "order.placed", "--stream", "order-1", "--data", #"{"total":120}"#, "--tag", "c:1", "--time", "2026-01-01")
        try await flx("append", "order.paid", "--stream", "order-1", "--data", #"{"by":"card","total":99}"#, "--time", "2026-01-02")
        try await flx("append", "order.placed", "--stream", "order-2", "--data", #"{"total":80}"#, "--tag", "c:1", "--time", "2026-01-03")
    }

    @Test func `a view is built, rebuilt, compared and read`() async throws {
        try await fill()
        #expect(try await flx("projections", "ls", "--json").json() == [])
        try await flx("projections", "rebuild", "types")
        let again = try await flx("projections", "rebuild", "types", "--compare", "--json").json()
        #expect(again["isEqual"] == true && again["switchPosition"] == 3)
        let listed = try await flx("projections", "ls", "--json").json()
        #expect(listed[0]?["view"] == "types" && listed[0]?["handled"] == 3 && listed[0]?["behind"] == 0 && listed[1] == nil)
        #expect(try await flx("projections", "show", "types", "--json").json()["position"] == 3)
        let counts = try await flx("projections", "state", "types", "--index", "events", "--from", "2", "--json").json()
        #expect(counts[0]?["key"] == "order.placed" && counts[0]?["document"]?["events"] == 2 && counts[1] == nil)
        #expect(try await flx("projections", "state", "types", "order.paid", "--json").json()[0]?["document"]?["lastPosition"] == 2)
        try await flx("projections", "state", "types", "order.lost", expecting: 2)
        try await flx("projections", "show", "orders", expecting: 2)
        try await flx("projections", "rebuild", "types", "--discard", "--yes", expecting: 2)
        #expect(try await flx("projections", "rebuild", "streams", "--dry-run").errors.contains("would"))
        #expect(try await flx("projections", "ls", "--json").json()[1] == nil)
    }

    @Test func `a state is shown as it was`() async throws {
        try await fill()
        let now = try await flx("state", "order-1", "--json").json()
        #expect(now["version"] == 2 && now["data"] == ["total": 99, "by": "card"])
        #expect(try await flx("state", "order-1", "--at", "1", "--json").json()["data"] == ["total": 120])
        #expect(try await flx("state", "order-1", "--at", "2026-01-02", "--json").json()["data"] == ["total": 120])
        #expect(try await flx("state", "--tag", "c:1", "--at", "2", "--json").json()["events"] == 1)
        try await flx("state", "order-9", expecting: 2)
        try await flx("state", expecting: 64)
    }

    @Test func `snapshots are listed and dropped with consent`() async throws {
        try await fill()
        #expect(try await flx("snapshots", "ls", "--json").json() == [])
        try await flx("snapshots", "drop", expecting: 64)
        #expect(try await flx("snapshots", "drop", "--yes", "--json").json()["dropped"] == 0)
    }
}
