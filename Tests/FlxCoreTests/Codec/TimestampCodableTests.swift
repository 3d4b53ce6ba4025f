import FlxCore
import Foundation
import Testing

private struct Window: Codable, Equatable {
    var from: Timestamp
    var to: Timestamp?
}

@Suite struct TimestampCodableTests {
    @Test(arguments: [.min, -1, 0, 1_500_000_001, .max] as [Int64])
    func aTimeIsItsTextToEveryEncoder(nanoseconds: Int64) throws {
        let window = Window(from: Timestamp(nanoseconds: nanoseconds), to: nil)
        let ours = try EventEncoder().encode(window)
        #expect(try EventDecoder().decode(Window.self, from: ours) == window)
        let theirs = try JSONEncoder().encode(window)
        #expect(try JSONDecoder().decode(Window.self, from: theirs) == window)
        #expect(try EventDecoder().decode(Window.self, from: Array(theirs)) == window)
        #expect(try EventValue(json: ours)["from"] == .string("\(window.from)"))
    }

    @Test func whatIsNoTimeIsRefused() {
        #expect(throws: FlxError.self) { try JSONDecoder().decode(Window.self, from: Data(#"{"from":"yesterday"}"#.utf8)) }
    }
}
