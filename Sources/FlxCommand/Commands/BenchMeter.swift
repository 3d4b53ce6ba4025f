import FlxEvents
import FlxPipelines

/// The measurements of a benchmark.
struct BenchMeter {
    /// A count, its total time, and the times of single calls.
    struct Result {
        var events: Int64
        var seconds: Double
        var latencies: [Duration] = []

        private func percentile(_ part: Double) -> Duration? {
            latencies.isEmpty ? nil : latencies.sorted()[Int(Double(latencies.count - 1) * part)]
        }

        func cells(_ name: String) -> [String] {
            let times = [0.5, 0.99].map { percentile($0).map { $0.milliseconds(digits: 2) + " ms" } ?? "-" }
            return [name, Quantity.grouped(rate)] + times
        }

        func json(_ name: String) -> EventValue {
            let times = [0.5, 0.99].map { percentile($0).flatMap { EventValue($0.inMilliseconds) } ?? .null }
            return ["work": .string(name), "eventsPerSecond": .int(rate), "p50Milliseconds": times[0], "p99Milliseconds": times[1]]
        }

        private var rate: Int64 { Int64(Double(events) / max(seconds, 1e-9)) }
    }

    typealias Measurement = () async throws -> Result

    let store: any EventStore
    let seconds: Double

    func measurements(events: Int) -> [(String, Measurement)] {
        [
            ("append, 1 caller", { try await append(callers: 1) }),
            ("append, 64 callers", { try await append(callers: 64) }),
            ("append, batches of 1,000", { try await fill(events) }),
            ("read", { try await read() }),
            ("replay into a typed projection", { try await replay() }),
        ]
    }

    /// Single events, each waited for, by some callers at once.
    private func append(callers: Int) async throws -> Result {
        let clock = ContinuousClock()
        let start = clock.now
        let end = start + .seconds(seconds)
        return try await withThrowingTaskGroup(of: [Duration].self) { group in
            for caller in 0..<callers {
                let stream = try StreamName("bench-\(caller)")
                group.addTask {
                    var latencies: [Duration] = []
                    var last = clock.now
                    while last < end {
                        try await store.append([try Self.event(latencies.count)], to: stream)
                        let now = clock.now
                        latencies.append(now - last)
                        last = now
                    }
                    return latencies
                }
            }
            var all: [Duration] = []
            for try await latencies in group { all += latencies }
            return Result(events: Int64(all.count), seconds: (clock.now - start).inSeconds, latencies: all)
        }
    }

    private func fill(_ count: Int) async throws -> Result {
        var latencies: [Duration] = []
        let clock = ContinuousClock()
        let start = clock.now
        for first in stride(from: 0, to: count, by: 1000) {
            let events = try (first..<first + 1000).map { number throws(FlxError) in try Self.event(number) }
            latencies.append(try await clock.measure { try await store.append(events, to: "bench") })
        }
        return Result(events: Int64(latencies.count * 1000), seconds: (clock.now - start).inSeconds, latencies: latencies)
    }

    private func read() async throws -> Result {
        var count: Int64 = 0
        let time = try await ContinuousClock().measure {
            try await EventFilter().scan(store) { _ in
                count += 1
                return true
            }
        }
        return Result(events: count, seconds: time.inSeconds)
    }

    private func replay() async throws -> Result {
        let runner = ProjectionRunner(PipelineProjection(), over: store)
        let time = try await ContinuousClock().measure { try await runner.replay() }
        return Result(events: runner.handled, seconds: time.inSeconds)
    }

    private static func event(_ number: Int) throws(FlxError) -> Event {
        let id = "0190b3c2-0000-7000-8000-0000000\(10_000 + number % 1000)"
        return try number % 2 == 0
            ? Event(PipelineExecutionStarted(executionID: "run-\(number / 2)", pipelineID: id, pipelineName: "orders", startedBy: "clock"))
            : Event(PipelineExecutionCompleted(
                executionID: "run-\(number / 2)", pipelineID: id, pipelineName: "orders", durationSeconds: 1.5,
                resultData: ["rows": 1200, "bytes": 53_412, "warnings": []]))
    }
}

extension Duration {
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
    var inMilliseconds: Double { inSeconds * 1000 }

    /// The number of milliseconds with some digits after the point.
    func milliseconds(digits: Int) -> String { Quantity.decimal(inMilliseconds, digits) }
}
