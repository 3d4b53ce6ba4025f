import FlxCore
import FlxEvents
import FlxTesting
import Foundation
import SharedData
import Testing

@testable import FlxFiles

/// On the real logs, a fifth of the larger one chosen by chance: steps and their inverses, in reverse order, leave an event as it was.
@Suite(.sharedData) struct InversePairTests {
    /// Steps that lose nothing, and what takes them back.
    private static func pair(_ number: Int, _ fields: [String], _ random: inout SeededGenerator) throws -> (Transform, Transform) {
        let field = try Transform.Reference("/" + random.pick(fields))
        let free = try Transform.Reference("/new\(number)")
        switch random.number(below: 8) {
        case 0: return ([.rename(field, to: free)], [.rename(free, to: field)])
        case 1: return ([.set(free, ["nested": [1, 2.5]])], [.drop(free)])
        case 2: return ([.copy(field, to: free)], [.drop(free)])
        case 3: return ([.convert(random.pick([.cbor, .messagePack]))], [.convert(.json)])
        case 4:
            return ([.copy("type", to: free), .set("type", "changed")], [.copy(free, to: "type"), .drop(free)])
        case 5: return ([.retype(nil, version: 2)], [.retype(nil, version: 1)])
        case 6: return ([.rename("subject", to: free)], [.rename(free, to: "subject")])
        default: return ([.compute(free, .concat, of: [field, "id"]), .default(free, "x")], [.drop(free)])
        }
    }

    @Test(arguments: ["receipt", "incident"]) func `inverse transforms give back each event`(_ name: String) throws {
        let reader = try EventReader(try SharedData.required("data/\(name).jsonl.gz").path)
        let seed = ProcessInfo.processInfo.environment["FLX_SEED"].flatMap(UInt64.init) ?? UInt64.random(in: 0...UInt64.max)
        print("seed of inverse transforms of \(name): \(seed)")
        var random = SeededGenerator(seed: seed)
        let fields = ["org_group", "org_resource", "activity", "transition", "concept_instance", "impact"]
        var count = 0
        var (tried, changed) = (0, 0)
        while true {
            let batch = reader.batch(of: 500)
            #expect(batch.bad.isEmpty && batch.failure == nil)
            count += batch.lines.count
            guard name == "receipt" || random.once(in: 5) else {
                if batch.isLast { break }
                continue
            }
            tried += batch.lines.count
            var (there, back) = (Transform(), Transform())
            for number in 0..<random.number(in: 1...4) {
                let (step, inverse) = try Self.pair(number, fields, &random)
                there = there + step
                back = inverse + back
            }
            for line in batch.lines {
                let middle = try there.apply(to: line.event)
                #expect(try back.apply(to: middle) == [line.event], "\(there.value)")
                changed += middle == [line.event] ? 0 : 1
            }
            if batch.isLast { break }
        }
        #expect(count == (name == "receipt" ? 8577 : 65533))
        #expect(tried > 0 && changed > tried / 2)
    }
}
