public import FlxCore

/// The steps from all events ever stored to those that today's code reads. It is checked on creation.
///
/// ```swift
/// let chain = try UpcasterChain(steps, reading: registry)
/// let store = EvolvingStore(log, upcasters: chain)
/// ```
public struct UpcasterChain: Sendable {
    let steps: [EventVersion: Upcaster]
    let downSteps: [EventVersion: Downcaster]
    /// The source types of one step to a type.
    private let sources: [EventType: Set<EventType>]

    /// No steps: everything stays as it is stored.
    public static let none = UpcasterChain()

    private init() {
        (steps, downSteps, sources) = ([:], [:], [:])
    }

    /// Checks steps and puts them together.
    /// - Parameters:
    ///   - downcasters: Steps for consumers of older versions.
    ///   - registry: The types in the code: each step must lead to one of them. Without a registry, as in a program without that code, the
    ///     targets of the steps are not checked.
    /// - Throws: ``FlxError/Code/registration`` for two steps from one version, for steps in a circle, for a step to a version unknown to
    ///   the code, such as one newer than it, and for a gap: an older version of a type without a step.
    public init(_ upcasters: [Upcaster], down downcasters: [Downcaster] = [], reading registry: EventRegistry? = nil) throws(FlxError) {
        var steps: [EventVersion: Upcaster] = [:]
        for step in upcasters where steps.updateValue(step, forKey: step.source) != nil {
            throw FlxError(.registration, "upcasters: two steps begin at \(step.source); keep one of them")
        }
        var downSteps: [EventVersion: Downcaster] = [:]
        for step in downcasters {
            guard step.target.version >= 1, step.target.type != step.source.type || step.target < step.source else {
                throw FlxError(.registration, "downcasters: the step from \(step.source) leads to \(step.target), and that is not older")
            }
            if downSteps.updateValue(step, forKey: step.source) != nil {
                throw FlxError(.registration, "downcasters: two steps begin at \(step.source); keep one of them")
            }
        }
        self.steps = steps
        self.downSteps = downSteps
        sources = Self.sources(in: steps)
        try Self.checkCircles(steps.mapValues(\.targets), "upcasters")
        try Self.checkCircles(downSteps.mapValues { [$0.target] }, "downcasters")
        guard let registry else { return }
        try checkTargets(registry)
        try checkGaps(registry)
    }

    /// True if there is nothing to do.
    var isEmpty: Bool { steps.isEmpty }

    /// The resulting versions after all steps; empty if the events are left out.
    package func ends(of version: EventVersion) -> Set<EventVersion> {
        var (reached, seen, open) = (Set<EventVersion>(), Set<EventVersion>(), [version])
        while let next = open.popLast() {
            guard seen.insert(next).inserted else { continue }
            if let step = steps[next] { open += step.targets } else { reached.insert(next) }
        }
        return reached
    }

    /// The types that may become one of some types, including these.
    func types(becoming types: [EventType]) -> [EventType] {
        var (all, open) = (Set(types), types)
        while let type = open.popLast() {
            for source in sources[type] ?? [] where all.insert(source).inserted { open.append(source) }
        }
        return all.sorted()
    }
}

extension UpcasterChain {
    private static func sources(in steps: [EventVersion: Upcaster]) -> [EventType: Set<EventType>] {
        var sources: [EventType: Set<EventType>] = [:]
        for step in steps.values {
            for target in step.targets { sources[target.type, default: []].insert(step.source.type) }
        }
        return sources
    }

    /// Throws for a step on a way back to its own beginning. Each step is visited once, for any number of ways to it.
    private static func checkCircles(_ targets: [EventVersion: [EventVersion]], _ kind: String) throws(FlxError) {
        var (seen, way) = (Set<EventVersion>(), Set<EventVersion>())
        for start in targets.keys.sorted() where seen.insert(start).inserted {
            way.insert(start)
            var open = [(version: start, next: targets[start] ?? [])]
            while let last = open.indices.last {
                guard let next = open[last].next.popLast() else {
                    way.remove(open.removeLast().version)
                    continue
                }
                guard !way.contains(next) else {
                    throw FlxError(.registration, "\(kind): the steps from \(next) lead back to it; an event would never be done")
                }
                guard seen.insert(next).inserted else { continue }
                way.insert(next)
                open.append((next, targets[next] ?? []))
            }
        }
    }

    private func checkTargets(_ registry: EventRegistry) throws(FlxError) {
        for step in steps.values.sorted(by: { $0.source < $1.source }) {
            for target in step.targets where steps[target] == nil && registry.type(named: target.type, version: target.version) == nil {
                let versions = registry.versions(of: target.type)
                if let newest = versions.last, target.version > newest {
                    throw FlxError(
                        .registration,
                        "upcasters: the step from \(step.source) leads to \(target), and the code knows version \(newest) at most: "
                            + "it is older than its upcasters")
                }
                throw FlxError(
                    .registration, "upcasters: the step from \(step.source) leads to \(target), and no type and no further step reads that")
            }
        }
    }

    private func checkGaps(_ registry: EventRegistry) throws(FlxError) {
        for type in Set(registry.all.map { $0.eventType }).sorted() {
            let versions = registry.versions(of: type)
            guard let newest = versions.last else { continue }
            let gap = (1..<newest).first { !versions.contains($0) && steps[EventVersion(type, $0)] == nil }
            guard let gap else { continue }
            throw FlxError(
                .registration, "upcasters: a gap at \(EventVersion(type, gap)): no step leads on to version \(newest) of the code")
        }
    }
}

extension EventRegistry {
    /// The versions of a type in the code, in order.
    fileprivate func versions(of name: EventType) -> [Int] {
        all.filter { $0.eventType == name }.map { $0.schemaVersion }.sorted()
    }
}
