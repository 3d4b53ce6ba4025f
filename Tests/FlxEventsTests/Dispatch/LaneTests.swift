@testable import FlxEvents
import Testing

@Suite struct LaneTests {
    typealias TestLane = Lane<String, String>

    @Test func turnsAreTakenUpToTheLimit() {
        let steps = play(limit: 2, ["try", "try", "try", "leave", "try"])
        #expect(steps == ["true", "true", "false", "free", "true"])
    }

    @Test func waitersAndJobsFollowEachOtherInOrder() {
        let steps = play(limit: 1, ["try", "wait a", "defer b", "wait c", "try", "leave", "leave", "leave", "leave", "wait d"])
        #expect(steps == ["true", "wait", "deferred", "wait", "false", "handOver a", "run b", "handOver c", "free", "run"])
    }

    @Test func deferredCallsAreBounded() {
        let filling = Array(repeating: "defer x", count: TestLane.maximumDeferred)
        let steps = play(limit: 1, ["try"] + filling + ["defer y", "leave", "defer z"])
        #expect(steps.suffix(3) == ["full", "run x", "deferred"])
        #expect(Set(steps.dropFirst().dropLast(3)) == ["deferred"])
    }

    /// Plays the steps and says what each brought.
    private func play(limit: Int, _ steps: [String]) -> [String] {
        var lane = TestLane(limit: limit)
        return steps.map { step in
            let name = String(step.suffix(1))
            if step == "try" { return "\(lane.tryEnter())" }
            if step.hasPrefix("wait") { return "\(lane.enter(name))" }
            if step.hasPrefix("defer") { return "\(lane.enter(deferring: name))" }
            return switch lane.leave() {
            case .free: "free"
            case .handOver(let waiter): "handOver \(waiter)"
            case .run(let job): "run \(job)"
            }
        }
    }
}
