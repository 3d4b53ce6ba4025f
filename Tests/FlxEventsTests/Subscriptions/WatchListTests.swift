@testable import FlxEvents
import Testing

/// Whom a watch calls, and when.
@Suite struct WatchListTests {
    private final class Name {}

    private let names = (0..<6).map { _ in Name() }
    private var ids: [WatchList.ID] { names.map { ObjectIdentifier($0) } }

    /// The calls by the places of the members.
    private func places(_ calls: WatchList.Calls, _ call: WatchList.Call) -> [Int?] {
        calls.filter { $0.call == call }.map { ids.firstIndex(of: $0.id) }
    }

    @Test func aFewBeginAtATime() {
        var list = WatchList(limit: 2)
        #expect(places(list.join(ids[0]), .begin) == [0])
        #expect(places(list.join(ids[1]), .begin) == [1])
        #expect(list.join(ids[2]).isEmpty && list.join(ids[3]).isEmpty)
        #expect(places(list.done(ids[1]), .begin) == [2])
        #expect(list.done(ids[1]).isEmpty, "done twice makes room once")
        #expect(places(list.leave(ids[0]), .begin) == [3])
    }

    @Test func thoseWhoWaitAreCalledOnceForWhatIsNew() {
        var list = WatchList(limit: 6)
        for id in ids.prefix(3) { _ = list.join(id) }
        for id in ids.prefix(3) { _ = list.done(id) }
        #expect(list.wait(ids[0], after: 5).isEmpty && list.wait(ids[1], after: 7).isEmpty)
        #expect(places(list.hear(6), .rang) == [0])
        #expect(list.hear(6).isEmpty && list.hear(4).isEmpty)
        #expect(places(list.hear(8), .rang) == [1], "who reads now is not called")
        #expect(places(list.wait(ids[2], after: 7), .rang) == [2], "what was heard before is not slept through")
        #expect(list.wait(ids[0], after: 8).isEmpty)
    }

    @Test func manyAreCalledAFewAtATimeAndNoneIsForgotten() {
        var list = WatchList(limit: 2)
        for id in ids { _ = list.join(id); _ = list.done(id) }
        for id in ids { _ = list.wait(id, after: 1) }
        var (called, open) = ([Int?](), list.hear(2))
        while let call = open.popLast() {
            guard call.call == .rang else { continue }
            #expect(list.called.count <= 2)
            called.append(ids.firstIndex(of: call.id))
            // One goes without a word that it is done.
            open += called.count == 3 ? list.leave(call.id) : list.done(call.id)
        }
        #expect(Set(called) == Set(0..<6) && called.count == 6)
    }

    @Test func whoLeavesIsNotCalledForWhatHeWaitedFor() {
        var list = WatchList(limit: 1)
        for id in ids.prefix(2) { _ = list.join(id) }
        _ = list.leave(ids[1])
        #expect(list.join(ids[1]).isEmpty)
        #expect(places(list.done(ids[0]), .begin) == [1])
        #expect(list.done(ids[1]).isEmpty, "he begins once")
    }
}
