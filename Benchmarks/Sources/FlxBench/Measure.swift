/// Keeps a value that nobody reads from being optimised away.
@inline(never)
func consume<Value>(_ value: borrowing Value) {}

/// Ways to time a piece of work.
enum Measure {
    static let runs = 7
    private static let clock = ContinuousClock()

    /// The seconds that some work takes.
    static func seconds(_ work: () async throws -> Void) async rethrows -> Double {
        let start = clock.now
        try await work()
        return (clock.now - start) / .seconds(1)
    }

    /// The values of several runs.
    static func repeated(_ runs: Int = runs, _ run: () async throws -> Double) async rethrows -> [Double] {
        var values: [Double] = []
        for _ in 0..<runs { values.append(try await run()) }
        return values
    }

    /// The microseconds that a call takes: the mean of many, in several runs.
    static func microseconds(calls: Int = 200_000, _ call: () throws -> Void) rethrows -> [Double] {
        for _ in 0..<calls / 10 { try call() }
        return try (0..<runs).map { _ in
            let start = clock.now
            for _ in 0..<calls { try call() }
            return (clock.now - start) / .microseconds(1) / Double(calls)
        }
    }

    /// The median time of a call in microseconds, over samples of ten calls each: reading the clock takes as long as a short call.
    static func median(samples: Int = 2_000, _ call: () async throws -> Void) async rethrows -> Double {
        try await median(samples: samples, of: {}, { try await call() })
    }

    /// The same for calls that each need something of their own, which is made before.
    static func median<Need>(samples: Int, of make: () throws -> Need, _ call: (Need) async throws -> Void) async rethrows -> Double {
        var values: [Double] = []
        values.reserveCapacity(samples)
        for _ in 0..<samples {
            let needs = try (0..<10).map { _ in try make() }
            let start = clock.now
            for need in needs { try await call(need) }
            values.append((clock.now - start) / .microseconds(10))
        }
        values.sort()
        return values[samples / 2]
    }

    /// How many calls a second a number of tasks make, each one call after the other, for a time.
    static func rate(
        tasks: Int, seconds: Double = 1, _ call: @escaping @Sendable (_ task: Int) async throws -> Void
    ) async throws -> Double {
        let start = clock.now
        let end = start + .seconds(seconds)
        let calls = try await withThrowingTaskGroup(of: Int.self) { group in
            for task in 0..<tasks {
                group.addTask {
                    var calls = 0
                    while clock.now < end {
                        for _ in 0..<10 { try await call(task) }
                        calls += 10
                    }
                    return calls
                }
            }
            return try await group.reduce(0, +)
        }
        return Double(calls) / ((clock.now - start) / .seconds(1))
    }
}
