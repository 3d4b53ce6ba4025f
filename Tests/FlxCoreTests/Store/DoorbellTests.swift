import FlxCore
import Testing

@Suite("Doorbell")
struct DoorbellTests {
    private func outcome(_ bell: Doorbell, after position: Position) async -> FlxError.Code? {
        do {
            try await bell.wait(after: position)
            return nil
        } catch {
            return error.code
        }
    }

    private func waiters(_ bell: Doorbell, reach count: Int) async {
        while bell.waiterCount < count { await Task.yield() }
    }

    @Test func returnsAtOnceForWhatWasRung() async {
        let bell = Doorbell(at: 5)
        #expect(await outcome(bell, after: 4) == nil)
        bell.ring(through: 3)
        #expect(bell.last == 5)
    }

    @Test func wakesThoseWhoWaitForLess() async {
        let bell = Doorbell()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { #expect(await outcome(bell, after: 2) == nil) }
            group.addTask { #expect(await outcome(bell, after: 7) == nil) }
            await waiters(bell, reach: 2)
            bell.ring(through: 2)
            #expect(bell.waiterCount == 2)
            bell.ring(through: 3)
            #expect(bell.waiterCount == 1)
            bell.ring(through: 8)
        }
        #expect(bell.waiterCount == 0)
    }

    @Test func cancelsOneAndNotTheOthers() async {
        let bell = Doorbell()
        await withTaskGroup(of: Void.self) { others in
            others.addTask { #expect(await outcome(bell, after: .start) == nil) }
            await waiters(bell, reach: 1)
            for before in [true, false] {
                await withTaskGroup(of: Void.self) { group in
                    if before { group.cancelAll() }
                    group.addTask { #expect(await outcome(bell, after: .start) == .cancelled) }
                    if !before {
                        await waiters(bell, reach: 2)
                        group.cancelAll()
                    }
                }
                #expect(bell.waiterCount == 1)
            }
            bell.ring(through: 1)
        }
    }

    @Test func closesForAll() async {
        let bell = Doorbell(at: 3)
        await withTaskGroup(of: Void.self) { group in
            for _ in 1...3 { group.addTask { #expect(await outcome(bell, after: 9) == .closed) } }
            await waiters(bell, reach: 3)
            bell.close()
        }
        #expect(await outcome(bell, after: .start) == .closed)
        bell.ring(through: 10)
        #expect(await outcome(bell, after: 9) == .closed)
    }
}
