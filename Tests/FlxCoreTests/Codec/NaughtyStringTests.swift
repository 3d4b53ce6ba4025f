import FlxCore
import Foundation
import SharedData
import Testing

/// The public list of strings that break programs: byte for byte through every path.
@Suite("Naughty strings", .sharedData)
struct NaughtyStringTests {
    static func strings() throws -> [String] {
        let bytes = Array(try Data(contentsOf: SharedData.required("vectors/naughty-strings.json")))
        return try [String](json: bytes)
    }

    @Test("The list reads as Foundation reads it")
    func agreesWithFoundation() throws {
        let url = try SharedData.required("vectors/naughty-strings.json")
        let theirs = try JSONDecoder().decode([String].self, from: Data(contentsOf: url))
        let ours = try Self.strings()
        #expect(ours.count > 200)
        #expect(ours.map { Array($0.utf8) } == theirs.map { Array($0.utf8) })
    }

    @Test("Each string comes back with the same bytes: typed, dynamic, by Codable, as value and as key")
    func roundTrip() throws {
        for string in try Self.strings() {
            let bytes = Array(string.utf8)
            let text = try string.json()
            #expect(try Array(String(json: text).utf8) == bytes)
            #expect(try EventValue(json: text).json() == text)
            #expect(try EventEncoder().encode(string) == text)
            #expect(try Array(EventDecoder().decode(String.self, from: text).utf8) == bytes)
            let object = try [string: string].json()
            let keys = try [String: String](json: object)
            #expect(keys.keys.map { Array($0.utf8) } == [bytes])
            #expect(try EventValue(json: object).json() == object)
        }
    }
}
