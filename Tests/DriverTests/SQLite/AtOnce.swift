import Testing

/// Lets a limited number of the cases of a test run at one time. A time limit within a case then measures little but the case itself,
/// also where the sanitizer makes all of them slow.
struct AtOnce: TestTrait, TestScoping {
    private let turns: Turns

    init(_ count: Int) { turns = Turns(count) }

    func provideScope(for test: Test, testCase: Test.Case?, performing body: @Sendable () async throws -> Void) async throws {
        await turns.begin()
        do {
            try await body()
        } catch {
            await turns.end()
            throw error
        }
        await turns.end()
    }

    private actor Turns {
        private var free: Int
        private var waiting: [CheckedContinuation<Void, Never>] = []

        init(_ count: Int) { free = count }

        func begin() async {
            guard free == 0 else { return free -= 1 }
            await withCheckedContinuation { waiting.append($0) }
        }

        func end() {
            if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
        }
    }
}
