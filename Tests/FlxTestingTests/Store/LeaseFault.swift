/// One way in which leases can be wrong.
enum LeaseFault: String, Fault {
    case none
    case givesToAll
    case neverExpires
    case sameTokenAgain
    case renewsWhatIsLost
    case renewalChangesNothing
    case renewsManyBlindly
    case dropsWhatIsLost
    case timeAloneFences
    case releaseOfALostLease
    case appendsAreNotFenced
    case checkpointsAreNotFenced
    case checksBeforeItWrites
    case lookAlikeNames
    case takesAnyName

    var broken: Set<String> {
        switch self {
        case .none: []
        case .givesToAll: ["lease.one-owner", "lease.expires", "lease.renewed", "lease.race"]
        case .neverExpires:
            [
                "lease.expires", "lease.renewed-together", "lease.fences-appends", "lease.fences-checkpoints", "lease.fence-is-atomic",
            ]
        case .sameTokenAgain: ["lease.one-owner", "lease.expires"]
        case .renewsWhatIsLost: ["lease.one-owner", "lease.expires", "lease.renewed-together"]
        case .renewalChangesNothing: ["lease.renewed", "lease.renewed-together"]
        case .renewsManyBlindly, .dropsWhatIsLost: ["lease.renewed-together"]
        case .timeAloneFences: ["lease.renewed"]
        case .releaseOfALostLease: ["lease.one-owner"]
        case .appendsAreNotFenced: ["lease.fences-appends", "lease.fence-is-atomic"]
        case .checkpointsAreNotFenced: ["lease.fences-checkpoints", "lease.renewed-together"]
        case .checksBeforeItWrites: ["lease.fence-is-atomic"]
        case .lookAlikeNames: ["lease.names"]
        case .takesAnyName: ["lease.names"]
        }
    }

    var hanging: Set<String> {
        switch self {
        case .neverExpires: broken
        case .appendsAreNotFenced: ["lease.fence-is-atomic"]
        default: []
        }
    }

    /// A time of a millisecond may pass before the first write under it.
    var byChance: Set<String> { self == .timeAloneFences ? ["lease.fences-appends", "lease.fences-checkpoints"] : [] }
    var isBroad: Bool { false }
}
