/// One way in which the records beside a log can be wrong.
enum StateFault: String, Fault {
    case none
    case lookAlikeKeys
    case oneSpace
    case revisionsOfEach
    case guardsForgotten
    case firstGuardAlone
    case guardsCheckedBefore
    case eventsBeforeGuards
    case editsBeforeEvents
    case nothingCheckedAgain
    case editsTurnedRound
    case removesTheTwin
    case pagesEndEarly
    case pagesGoOnAfterTheEnd
    case trapsAtTheGreatestLimit
    case queriesUnchecked
    case eventsUnchecked
    case rangesWithoutAnEnd
    case reverseForgotten
    case bodiesKept
    case readsOneByOne
    case readsBesideLater
    case takesLargeOnes
    case refusesWhoIsCancelled
    case goesOnAfterTheEnd
    case clockStandsStill

    var broken: Set<String> {
        switch self {
        case .none: []
        case .lookAlikeKeys: ["state.kept", "state.pages", "timers.due"]
        case .oneSpace: ["state.kept", "state.pages", "state.limits", "timers.due"]
        case .revisionsOfEach: ["state.revisions", "state.guards", "state.one-winner", "timers.once"]
        case .guardsForgotten: ["state.guards", "state.again", "state.one-winner", "state.limits", "timers.once"]
        case .firstGuardAlone: ["state.guards"]
        case .guardsCheckedBefore: ["state.one-winner", "timers.once"]
        case .eventsBeforeGuards: ["state.guards", "timers.once"]
        case .editsBeforeEvents: ["state.together", "state.cancelled", "state.limits"]
        case .nothingCheckedAgain: ["state.again"]
        case .editsTurnedRound: ["state.order", "state.pages"]
        case .removesTheTwin: ["state.order"]
        case .pagesEndEarly: ["state.pages", "state.page-bytes"]
        case .rangesWithoutAnEnd: ["state.pages", "timers.due"]
        case .reverseForgotten: ["state.pages"]
        case .pagesGoOnAfterTheEnd: ["state.pages", "state.page-bytes"]
        case .trapsAtTheGreatestLimit: ["state.pages"]
        case .bodiesKept: ["state.pages", "state.page-bytes"]
        case .readsOneByOne, .readsBesideLater: ["state.moment"]
        case .takesLargeOnes, .queriesUnchecked, .eventsUnchecked: ["state.limits"]
        case .refusesWhoIsCancelled: ["state.cancelled"]
        case .goesOnAfterTheEnd: ["state.closed"]
        case .clockStandsStill: ["state.clock"]
        }
    }

    /// Nobody ever wins with a revision that the store does not know.
    var hanging: Set<String> { self == .revisionsOfEach ? ["state.one-winner"] : [] }
    var isBroad: Bool { false }
}
