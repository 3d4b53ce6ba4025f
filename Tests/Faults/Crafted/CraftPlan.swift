import FlxTesting

/// The crafted files of one run, the same for everybody who knows its terms.
struct CraftPlan {
    private let notable: [Craft]
    private let others: [Craft]
    private let seed: UInt64
    private let isFull: Bool
    let count: Int

    init(_ base: CraftedStore, canary: String, seed: UInt64, isFull: Bool) throws {
        (notable, others) = try Craft.all(of: base, canary: canary, random: SeededGenerator(seed: seed))
        (self.seed, self.isFull) = (seed, isFull)
        count = isFull ? 10_000 : 24
    }

    /// In full, everything once and then two fields at once; in short, some of the worst and some of the others.
    subscript(index: Int) -> Craft {
        var random = SeededGenerator(seed: seed &+ UInt64(index) &* 0x9E37_79B9)
        if isFull {
            if index < notable.count { return notable[index] }
            if index - notable.count < others.count { return others[index - notable.count] }
            return pair(&random)
        }
        // The first is the one that the planted faults are seen by.
        if index % 2 == 0 { return index == 0 ? notable[0] : random.pick(notable) }
        return random.once(in: 4) ? pair(&random) : random.pick(others)
    }

    private func pair(_ random: inout SeededGenerator) -> Craft {
        let first = random.pick(others)
        while true {
            let second = random.pick(notable + others)
            if second.target == first.target { return first.with(second) }
        }
    }
}
