import Testing

@testable import FlxCore

@Suite("Candidates of a read")
struct MemoryCandidatesTests {
    @Test("candidates are the union of the lists, each index once, from either end")
    func candidates() {
        var random = SeededRandom.printed()
        for _ in 1...300 {
            let lists = (0..<Int.random(in: 0...4, using: &random)).map { _ in
                (0..<30).filter { _ in Bool.random(using: &random) }
            }
            let low = Int.random(in: 0...30, using: &random)
            let range = low..<Int.random(in: low...30, using: &random)
            let expected = Set(lists.joined()).filter(range.contains).sorted()
            var (forward, backward) = (MemoryCandidates(lists: lists, in: range), MemoryCandidates(lists: lists, in: range))
            #expect(forward.isEmpty == expected.isEmpty)
            var (first, last): ([Int], [Int]) = ([], [])
            while let index = forward.popFirst() { first.append(index) }
            while let index = backward.popLast() { last.append(index) }
            #expect(first == expected && last == expected.reversed())
        }
    }
}
