import FlxCore
@testable import FlxSQLite
import FlxTesting
import Synchronization
import Testing

/// The order in which the writer takes what callers wait for.
@Suite struct CommitQueueTests {
    /// Requests that put down who was told what.
    private final class Book: Sendable {
        let told = Mutex<[String]>([])

        func request(_ name: String) -> CommitQueue.Request {
            .work(CommitQueue.Work(bytes: 1) { _, _ in { self.told.withLock { $0.append(name) } } } fail: { error in
                self.told.withLock { $0.append("\(name) \(error.code)") }
            })
        }
    }

    private func names(_ requests: [CommitQueue.Request], _ book: Book) -> [String] {
        for request in requests { request.fail(FlxError(.locked, "")) }
        return book.told.withLock { told in
            defer { told = [] }
            return told
        }
    }

    @Test func allThatWaitAreTakenInTheirOrder() {
        let book = Book()
        var queue = CommitQueue()
        for (ticket, name) in ["a", "b", "c", "d"].enumerated() { _ = queue.add(book.request(name), UInt64(ticket)) }
        let taken = queue.take()
        queue.giveBack(taken.map { [$0] } ?? [])
        _ = queue.leave(2)
        #expect(names(queue.takeAll(), book) == ["a locked", "b locked", "d locked"])
        #expect(queue.takeAll().isEmpty && queue.hasWork() == false)
    }

    @Test func eachWaitsForItsOwnNumberOfTurns() {
        let book = Book()
        var queue = CommitQueue()
        _ = queue.add(book.request("a"), 1)
        _ = queue.add(book.request("b"), 2)
        for _ in 1..<50 { #expect(queue.missTurn().isEmpty) }
        _ = queue.add(book.request("c"), 3)
        for _ in 50..<100 { #expect(queue.missTurn().isEmpty) }
        #expect(names(queue.missTurn(), book) == ["a locked", "b locked"])
        for _ in 101..<149 { #expect(queue.missTurn().isEmpty) }
        #expect(names(queue.missTurn(), book) == ["c locked"])
        #expect(queue.missTurn().isEmpty)
        #expect(queue.hasWork() == false)
    }

    @Test func theEndFailsAllWhoWaitForALock() {
        let book = Book()
        var queue = CommitQueue()
        _ = queue.add(book.request("a"), 1)
        queue.giveBack([book.request("z")])
        queue.close()
        #expect(names(queue.missTurn(), book) == ["z locked", "a locked"])
        guard case .refuse = queue.add(book.request("b"), 2) else { Issue.record("taken after the end"); return }
    }

    @Test func thoseOfALostTransactionAreDoneAgainByThemselves() {
        let book = Book()
        var queue = CommitQueue()
        for (ticket, name) in ["a", "b", "c", "d"].enumerated() { _ = queue.add(book.request(name), UInt64(ticket)) }
        #expect(queue.hasWork() == true)
        let lost = [queue.take(), queue.take()].compactMap { $0 }
        queue.giveBack(lost)
        #expect(queue.hasWork() == true)
        #expect(names([queue.take(), queue.take()].compactMap { $0 }, book) == ["a locked", "b locked"])
        #expect(queue.take().map { _ in true } == nil)
        #expect(queue.hasWork() == true)
        #expect(names([queue.take(), queue.take(), queue.take()].compactMap { $0 }, book) == ["c locked", "d locked"])
        #expect(queue.hasWork() == false)
    }

    /// The writer as the queue sees it, with losses by chance, also of transactions that are made up of returned requests.
    @Test func everybodyIsAnsweredOnceWhateverIsLost() {
        let seed = SeededGenerator.freshSeed()
        var random = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let (book, count) = (Book(), random.number(in: 1...12))
            var queue = CommitQueue()
            for number in 0..<count { _ = queue.add(book.request("\(number)"), UInt64(number)) }
            while queue.hasWork() {
                let most = random.number(in: 1...8)
                var taken: [CommitQueue.Request] = []
                while taken.count < most, let request = queue.take() {
                    if random.once(in: 4) {
                        queue.giveBack(taken)
                        taken = [request]
                        break
                    }
                    taken.append(request)
                }
                for request in taken { request.fail(FlxError(.io, "")) }
            }
            let told = book.told.withLock { $0.sorted() }
            #expect(told == (0..<count).map { "\($0) io" }.sorted(), "seed \(seed)")
        }
    }

    @Test func whoeverLeavesIsNotTaken() {
        let book = Book()
        var queue = CommitQueue()
        for (ticket, name) in ["a", "b", "c"].enumerated() { _ = queue.add(book.request(name), UInt64(ticket)) }
        #expect(names([queue.leave(1)].compactMap { $0 }, book) == ["b locked"])
        #expect(queue.leave(1).map { _ in true } == nil)
        #expect(names([queue.take(), queue.take()].compactMap { $0 }, book) == ["a locked", "c locked"])
        #expect([queue.leave(0), queue.take()].compactMap { $0 }.isEmpty)
    }

    @Test func aLineWhoseMembersLeaveIsEmpty() {
        var line = WaitingLine<Int>()
        for ticket in 0..<100 as Range<UInt64> { line.add(Int(ticket), ticket) }
        for ticket in stride(from: 98, through: 0, by: -2) as StrideThrough<UInt64> { #expect(line.leave(ticket) == Int(ticket)) }
        #expect(line.first == 1)
        for number in stride(from: 1, to: 99, by: 2) { #expect(line.popFirst() == number) }
        #expect(line.leave(99) == 99)
        #expect(line.isEmpty)
    }
}
