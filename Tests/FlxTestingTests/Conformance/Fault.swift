import FlxTesting
import Testing

/// A way to be wrong, and what must come of it.
protocol Fault: CaseIterable, Sendable {
    /// The rules that the fault breaks.
    var broken: Set<String> { get }
    /// Those of them that find it by waiting in vain.
    var hanging: Set<String> { get }
    /// Whether the fault breaks so much that only the rules about it are named; otherwise no other rule may fail.
    var isBroad: Bool { get }
    /// Rules that find the fault only when tasks meet at the right moment: they may fail, and need not.
    var byChance: Set<String> { get }
}

extension Fault {
    var byChance: Set<String> { [] }
}

/// Expects that a wrong subject is caught by the rules that it breaks, and by no others.
func expectCaught<Subject>(
    _ fault: some Fault, by rules: (_ deadline: Duration) -> [ConformanceRule<Subject>], _ make: @Sendable () -> Subject
) async {
    var caught: Set<String> = []
    // Where a call hangs there is nothing to wait for; everywhere else a busy machine may take its time.
    for (patient, hasty) in zip(rules(.seconds(120)), rules(.milliseconds(300))) {
        let rule = fault.isBroad || fault.hanging.contains(patient.name) ? hasty : patient
        do {
            try await rule.check(make)
        } catch {
            caught.insert(rule.name)
        }
    }
    let (missed, surplus) = (fault.broken.subtracting(caught), caught.subtracting(fault.broken).subtracting(fault.byChance))
    #expect(missed.isEmpty, "\(fault) was not caught by \(missed)")
    #expect(surplus.isEmpty || fault.isBroad, "\(fault) was caught by \(surplus)")
}
