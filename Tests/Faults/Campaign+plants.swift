extension Campaign {
    /// A check of the campaigns: they must find planted faults.
    static let plants = Campaign(name: "plants") { terms in
        let early = try await killCycles(20, terms, plant: ["early"])
        try require(early.lost > 0, "writers that acknowledge too early went unnoticed in 20 kills")
        guard try await LoopDisk.isPossible else { return "acknowledging early lost \(early.lost) appends, seen; \(LoopDisk.leftOut)" }
        let off = try await cutCycles(terms.count(full: 20, short: 6), terms, durability: "off")
        try require(off.lost > 0, "a store that never flushes lost nothing that was noticed in its power cuts")
        return "acknowledging early lost \(early.lost) appends, never flushing \(off.lost): both were seen"
    }
}
