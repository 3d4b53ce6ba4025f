import Testing

@testable import FlxCore

@Suite("Queue in memory")
struct MemoryQueueTests {
    private func queue(of count: Int) -> MemoryQueue {
        var queue = MemoryQueue()
        for number in 1...count { _ = queue.add(Event(type: "t", schemaVersion: number)) }
        return queue
    }

    @Test("what comes back stands where it stood, in whatever order it comes back")
    func keepsOrder() {
        for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2], [1, 2, 0]] {
            var queue = queue(of: 5)
            let taken = (0..<3).compactMap { queue.take(for: UInt64($0)) }
            for index in order { _ = queue.putBack(taken[index]) }
            let again = (0..<5).compactMap { queue.take(for: $0)?.event.schemaVersion }
            #expect(again == [1, 2, 3, 4, 5])
        }
    }

    @Test("who waited first is served first, and who stopped waiting is not")
    func servesInOrder() {
        var queue = MemoryQueue()
        for worker: UInt64 in 1...3 { #expect(queue.take(for: worker)?.number == nil) }
        queue.stopWaiting(1)
        #expect(queue.add(Event(type: "t"))?.worker == 2)
        #expect(queue.add(Event(type: "t"))?.worker == 3)
        #expect(queue.add(Event(type: "t"))?.worker == nil)
    }

    @Test("what was taken counts until it was dealt with")
    func countsItsLoad() {
        var queue = queue(of: 2)
        for left in [1, 0] {
            let item = queue.take(for: 1)
            #expect(queue.load.events == left + 1)
            if let item { queue.remove(item) }
            #expect(queue.load.events == left)
        }
        #expect(queue.load == (0, 0))
    }
}
