import FlxTesting

/// The crafted files of one run. Every process with the same settings has the same plan.
struct CraftPlan {
    private let notable: [Craft]
    private let others: [Craft]
    private let seed: UInt64
    private let isFull: Bool
    let count: Int

    init(_ base: CraftedStore, canary: String, seed: UInt64, isFull: Bool) throws {
        let all = try Craft.all(of: base, canary: canary, random: SeededGenerator(seed: seed))
        var random = SeededGenerator(seed: seed)
        (notable, others) = (all.notable, all.others.shuffled(using: &random))
        (self.seed, self.isFull) = (seed, isFull)
        count = isFull ? 10_000 : 30
    }

    /// Returns a craft. First come those that once did harm. In full, the most harmful ones and the others follow, and
    /// the last thousand change two fields at once. In short, some of each kind follow.
    subscript(index: Int) -> Craft {
        // The first craft is the one that reveals the planted faults.
        if index <= KnownCrafts.all.count { return index == 0 ? notable[0] : KnownCrafts.all[index - 1] }
        var random = SeededGenerator(seed: seed &+ UInt64(index) &* 0x9E37_79B9)
        if isFull {
            if index < notable.count { return notable[index] }
            if index < min(count - 1_000, notable.count + others.count) { return others[index - notable.count] }
            return pair(&random)
        }
        if index % 3 == 0 { return random.pick(notable) }
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
