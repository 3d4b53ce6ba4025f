import SharedData
import Testing

@testable import FlxCore

@Suite("Elements in pieces")
struct SortedPiecesTests {
    @Test("Elements come in order from any place, in both directions, as from a sorted list", arguments: [10, 2_000, 60_000])
    func model(range: Int) {
        var (pieces, list) = (SortedPieces<Int>(), Set<Int>())
        var state: UInt64 = 7
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        for round in 1...20_000 {
            let element = random(range)
            // More come than go at first, and all go at the end.
            if random(round < 12_000 ? 3 : 10) == 0 || round > 18_000 {
                let gone = round > 18_000 ? list.min() ?? element : element
                pieces.remove(gone)
                list.remove(gone)
            } else {
                pieces.insert(element)
                list.insert(element)
            }
            guard round % 500 == 0 else { continue }
            let sorted = list.sorted()
            for bound in [-1, 0, element, range / 2, range] {
                #expect(Array(pieces.ascending { $0 >= bound }) == sorted.filter { $0 >= bound })
                #expect(Array(pieces.descending { $0 >= bound }) == sorted.filter { $0 < bound }.reversed())
            }
        }
    }
}
