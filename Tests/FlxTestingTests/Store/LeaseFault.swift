/// One way in which leases can be wrong.
enum LeaseFault: String, Fault {
    case none
    case givesToAll
    case neverExpires
    case sameTokenAgain
    case renewsWhatIsLost
    case renewalChangesNothing
    case timeAloneFences
    case releaseOfALostLease
    case appendsAreNotFenced
    case checkpointsAreNotFenced
    case checksBeforeItWrites
    case lookAlikeNames

    var broken: Set<String> {
        switch self {
        case .none: []
        case .givesToAll: ["lease.one-owner", "lease.expires", "lease.renewed", "lease.renewed-together", "lease.race"]
        case .neverExpires:
            [
                "lease.expires", "lease.renewed-together", "lease.fences-appends", "lease.fences-checkpoints", "lease.fence-is-atomic",
            ]
        case .sameTokenAgain:
            [
                "lease.one-owner", "lease.expires", "lease.renewed-together", "lease.fences-appends", "lease.fences-checkpoints",
                "lease.fence-is-atomic",
            ]
        case .renewsWhatIsLost: ["lease.one-owner", "lease.expires"]
        case .renewalChangesNothing: ["lease.renewed"]
        case .timeAloneFences: ["lease.renewed"]
        case .releaseOfALostLease: ["lease.one-owner"]
        case .appendsAreNotFenced: ["lease.fences-appends", "lease.fence-is-atomic"]
        case .checkpointsAreNotFenced: ["lease.fences-checkpoints", "lease.renewed-together"]
        case .checksBeforeItWrites: ["lease.fence-is-atomic"]
        case .lookAlikeNames: ["lease.names"]
        }
    }

    var hanging: Set<String> {
        switch self {
        case .neverExpires: broken
        case .appendsAreNotFenced, .sameTokenAgain: ["lease.fence-is-atomic"]
        default: []
        }
    }

    /// A time of a millisecond may pass before the first write under it.
    var byChance: Set<String> { self == .timeAloneFences ? ["lease.fences-appends", "lease.fences-checkpoints"] : [] }
    var isBroad: Bool { false }
}
