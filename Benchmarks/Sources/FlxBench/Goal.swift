/// One line of the table: what is measured, beside what, and what is to be reached.
struct Goal {
    /// How the two sides are compared, and what counts.
    enum Measure {
        /// Times: the other's by ours must be at least so many.
        case faster(Double)
        /// Rates: ours by the other's must be at least so many.
        case rate(Double)
        /// Ours by the other's must be at most so many.
        case atMost(Double)
        /// Ours alone must be at least so many.
        case least(Double)
        /// Ours alone must be at most so many.
        case most(Double)
        /// Nothing is to be reached: how many times faster ours is, by time.
        case speed
        /// Nothing is to be reached: ours by the other's.
        case share
    }

    let work: String
    let ours: String
    var other: String?
    let measure: Measure

    /// Ours beside the other's; nil where the measure is of ours alone.
    func ratio(_ ours: Double, _ other: Double?) -> Double? {
        guard let other else { return nil }
        return switch measure {
        case .faster, .speed: other / ours
        case .rate, .atMost, .share: ours / other
        case .least, .most: nil
        }
    }

    /// Whether the goal is met; nil where nothing is to be reached or nothing is there to compare with.
    func isMet(_ ours: Double, ratio: Double?) -> Bool? {
        switch measure {
        case .faster(let goal), .rate(let goal): ratio.map { $0 >= goal }
        case .atMost(let goal): ratio.map { $0 <= goal }
        case .least(let goal): ours >= goal
        case .most(let goal): ours <= goal
        case .speed, .share: nil
        }
    }

    /// The goal in words.
    var text: String {
        switch measure {
        case .faster(let goal), .rate(let goal): "≥ \(Table.format(goal))x"
        case .atMost(let goal): "≤ \(Table.format(goal))x"
        case .least(let goal): "≥ \(Table.format(goal))"
        case .most(let goal): "≤ \(Table.format(goal))"
        case .speed, .share: "–"
        }
    }
}

extension Goal {
    /// All lines, in the order of the table.
    static let all: [Goal] =
        [
            Goal(
                work: "make + encode an event (477 B)", ours: "codec.make_and_encode", other: "flx.codec.200B.create_and_encode",
                measure: .faster(25)),
            Goal(work: "decode to a type", ours: "codec.decode", other: "flx.codec.200B.decode_event", measure: .faster(4)),
            Goal(work: "`Codable` decode, Foundation", ours: "codable.decode", other: "foundation.decode", measure: .faster(5)),
            Goal(work: "`Codable` encode, Foundation", ours: "codable.encode", other: "foundation.encode", measure: .faster(5)),
        ] + [1, 10].flatMap(buses) + [
            Goal(
                work: "durable append, 1 caller; C, a row at a time", ours: "append.1callers_rate", other: "sqlite.c.wal_FULL.batch1.rate",
                measure: .rate(0.7)),
            Goal(work: "… C with our tables", ours: "append.1callers_rate", other: "sqlite.c.log.batch1.rate", measure: .share),
            Goal(
                work: "durable append, 64 callers; C, 64 rows at a time", ours: "append.64callers_rate",
                other: "sqlite.c.wal_FULL.batch64.rate", measure: .rate(0.7)),
            Goal(work: "… C with our tables", ours: "append.64callers_rate", other: "sqlite.c.log.batch64.rate", measure: .share),
            Goal(work: "replay into a typed projection", ours: "replay.rate", measure: .least(250_000)),
            Goal(work: "… its peak memory", ours: "replay.peak_rss", measure: .most(64)),
            Goal(work: "… beside a scan in C", ours: "replay.rate", other: "sqlite.c.scan.rate", measure: .share),
            Goal(work: "… beside Python from Redis", ours: "replay.rate", other: "flx.asyncio.replay.rate", measure: .share),
            Goal(work: "`flx import` of JSON lines", ours: "import.rate", measure: .least(40_000)),
            Goal(
                work: "… its peak memory; for a tenth of the lines", ours: "import.peak_rss", other: "import.tenth.peak_rss",
                measure: .atMost(1.2)),
            Goal(
                work: "append by tags, great log; small log", ours: "tags.great.append", other: "tags.small.append",
                measure: .atMost(1.2)),
            Goal(work: "read by tags, great log; small log", ours: "tags.great.read", other: "tags.small.read", measure: .atMost(1.2)),
            Goal(
                work: "on disk an event; its JSON", ours: "disk.bytes_per_event", other: "disk.json_bytes_per_event", measure: .share),
        ] + durableProcessing

    private static let durableProcessing: [Goal] = {
        let python = "eventsourcing.sqlite-FULL"
        return [
            Goal(
                work: "aggregate in memory: decide and save one event", ours: "aggregate.memory.rate",
                other: "eventsourcing.popo.save1.rate", measure: .rate(12)),
            Goal(
                work: "… on SQLite, 1 caller", ours: "aggregate.sqlite.1callers_rate", other: "\(python).save1.rate", measure: .rate(1.5)),
            Goal(
                work: "… beside our bare durable append", ours: "aggregate.sqlite.1callers_rate", other: "append.1callers_rate",
                measure: .rate(0.8)),
            Goal(
                work: "… on SQLite, 64 callers; Python with one", ours: "aggregate.sqlite.64callers_rate", other: "\(python).save1.rate",
                measure: .rate(12)),
            Goal(
                work: "load an aggregate of 1,000 events", ours: "aggregate.load.bare", other: "\(python).no_snapshots.get_1000.p50",
                measure: .faster(12)),
            Goal(
                work: "… with a snapshot every 50", ours: "aggregate.load.snapshots", other: "\(python).snapshot_every_50.get_1000.p50",
                measure: .faster(6)),
            Goal(work: "a subscription catches up", ours: "subscription.catchup.rate", measure: .least(200_000)),
            Goal(work: "… its peak memory", ours: "subscription.catchup.peak_rss", measure: .most(64)),
            Goal(work: "append to handled, beyond the append, p50", ours: "subscription.live.p50", measure: .most(0.3)),
            Goal(work: "… p99", ours: "subscription.live.p99", measure: .most(2)),
            Goal(work: "1,000 idle subscriptions, of a processor", ours: "subscription.idle.cpu", measure: .most(0.1)),
            Goal(work: "… their memory", ours: "subscription.idle.memory", measure: .most(20)),
            Goal(work: "view in SQL tables, a row an event", ours: "view.sql.rate", measure: .least(40_000)),
            Goal(work: "view of documents, one an event", ours: "view.documents.rate", measure: .share),
            Goal(work: "the same, fed by a subscription", ours: "view.subscribed.rate", measure: .share),
            Goal(work: "validate an event that is parsed", ours: "schema.validate", other: "jsonschema.validate", measure: .faster(5)),
            Goal(
                work: "parse and validate it", ours: "schema.parse_and_validate", other: "jsonschema.parse_and_validate",
                measure: .faster(5)),
            Goal(
                work: "durable append, validated; not validated, 1 caller", ours: "schema.append.1callers_rate",
                other: "append.1callers_rate", measure: .rate(0.8)),
            Goal(
                work: "… 64 callers", ours: "schema.append.64callers_rate", other: "append.64callers_rate", measure: .rate(0.8)),
        ]
    }()

    private static func buses(_ handlers: Int) -> [Goal] {
        let what = "publish to \(handlers) handler\(handlers == 1 ? "" : "s")"
        let other = "flx.asyncio.publish.\(handlers)h"
        return [("sync", "synchronous", 40), ("async", "asynchronous", 20)].flatMap { name, word, goal in
            [
                Goal(work: "\(what), \(word)", ours: "bus.\(name).\(handlers)h.p50", other: "\(other).p50", measure: .faster(Double(goal))),
                Goal(
                    work: "… from 64 tasks", ours: "bus.\(name).\(handlers)h.64tasks_rate", other: "\(other).64tasks_rate",
                    measure: .share),
            ]
        }
    }
}
