/// One way in which a store can be wrong.
enum StoreFault: String, Fault {
    case none
    case versionsFromZero
    case oneStreamAtATime
    case noVersionCheck
    case checkedTooEarly
    case failsTogether
    case noActualVersion
    case silentStreamUnchecked
    case guardUnchecked
    case secondWriteCheckedAfterFirst
    case forgetsIDs
    case versionBeforeID
    case trustsIDs
    case timeIsContent
    case traceIsContent
    case extensionsAreNoContent
    case deniesWhatItKept
    case ignoresBoundary
    case boundaryAtPosition
    case boundaryOfAnyTag
    case boundaryBeyondEnd
    case versionBeforeBoundary
    case showsPartsOfBatches
    case commitsOutOfOrder
    case missesTheRing
    case waitIgnoresCancellation
    case closeLeavesWaiters
    case readsAfterClose
    case appendIgnoresCancellation
    case cancelledThoughKept
    case fillsInTimes
    case dropsPartitionKeys
    case lookAlikeNames
    case lookAlikeContent
    case normalizesPayloads
    case prefixWithWildcards
    case untilIncluded
    case noByteLimit
    case noTagLimit
    case noBoundaryLimit
    case takesAnyLimit
    case lastPageTooEarly
    case throughStandsStill
    case throughTooFar
    case overlapsTwice
    case backwardIsForward
    case allHasSystem
    case allHasSystemByQuery
    case allHasSystemBackward
    case prefixHasSystem
    case prefixHidesSystem
    case everythingHidesSystem
    case hidesLookAlikesOfSystem
    case throughEndsBeforeSystem
    case boundaryOfSystem
    case boundaryNeverOfSystem
    case boundaryOfAnyStream
}

extension StoreFault {
    /// A reader must look between the two halves of an append.
    var byChance: Set<String> { self == .oneStreamAtATime ? ["concurrency.no-gap"] : [] }

    /// The rules that the fault breaks: these must fail, and no others.
    var broken: Set<String> {
        switch self {
        case .none: []
        case .versionsFromZero:
            [
                "append.places", "append.several-streams", "append.expected-version", "append.stream-again", "id.partly-known",
                "concurrency.one-winner", "concurrency.no-gap", "select.names", "model.appends",
            ]
        case .oneStreamAtATime:
            [
                "append.all-or-none", "append.stream-again", "id.other-stream", "model.appends",
            ]
        case .noVersionCheck:
            [
                "append.expected-version", "append.all-or-none", "append.silent-stream", "append.stream-again", "id.partly-known",
                "boundary.with-version", "concurrency.one-winner", "append.guard", "model.appends",
            ]
        case .failsTogether: ["concurrency.bystanders"]
        case .checkedTooEarly: ["boundary.one-winner", "concurrency.one-winner"]
        case .noActualVersion: ["append.expected-version", "append.guard", "append.silent-stream", "id.partly-known", "model.appends"]
        case .silentStreamUnchecked: ["append.silent-stream", "append.guard", "model.appends"]
        case .guardUnchecked: ["append.guard", "boundary.beyond-end", "system.boundary", "model.appends"]
        case .secondWriteCheckedAfterFirst: ["append.stream-again", "model.appends"]
        case .forgetsIDs:
            [
                "id.repeat", "id.partly-known", "id.same-event", "errors.outcome", "id.other-content", "id.look-alikes",
                "id.other-stream", "concurrency.same-ids", "read.recorded-time", "model.appends",
            ]
        case .timeIsContent: ["id.same-event", "model.appends"]
        case .traceIsContent: ["id.same-event"]
        case .extensionsAreNoContent: ["id.other-content", "id.look-alikes"]
        case .deniesWhatItKept: ["errors.outcome"]
        case .versionBeforeID:
            ["id.repeat", "id.same-event", "errors.outcome", "boundary.with-version", "concurrency.same-ids", "model.appends"]
        case .trustsIDs: ["id.other-content", "id.look-alikes", "id.other-stream", "model.appends"]
        case .lookAlikeContent, .normalizesPayloads: ["id.look-alikes"]
        case .ignoresBoundary:
            [
                "id.partly-known", "append.guard", "boundary.query", "boundary.position", "boundary.with-version", "boundary.one-winner",
                "system.boundary", "model.appends",
            ]
        case .boundaryAtPosition:
            ["id.repeat", "append.guard", "boundary.position", "boundary.with-version", "system.boundary", "model.appends"]
        case .boundaryOfAnyTag: ["boundary.position", "system.boundary"]
        case .boundaryBeyondEnd: ["boundary.beyond-end", "model.appends"]
        case .versionBeforeBoundary: ["boundary.with-version", "model.appends"]
        case .showsPartsOfBatches, .commitsOutOfOrder: ["concurrency.no-gap"]
        case .boundaryOfSystem, .boundaryNeverOfSystem, .boundaryOfAnyStream: ["system.boundary"]
        default: brokenByReading
        }
    }

    private var brokenByReading: Set<String> {
        switch self {
        case .missesTheRing: ["wait.at-once", "wait.wakes", "wait.no-sleep"]
        case .waitIgnoresCancellation: ["wait.cancelled"]
        case .closeLeavesWaiters: ["close.calls", "close.waiters"]
        case .readsAfterClose: ["close.calls"]
        case .appendIgnoresCancellation: ["cancel.before"]
        case .cancelledThoughKept: ["cancel.during"]
        case .fillsInTimes: ["append.kept", "read.recorded-time", "model.appends"]
        case .dropsPartitionKeys: ["append.kept", "id.other-content", "id.look-alikes", "concurrency.no-gap", "model.appends"]
        case .lookAlikeNames: ["select.names"]
        case .prefixWithWildcards: ["select.prefix"]
        case .untilIncluded: ["select.times"]
        case .noByteLimit: ["limits.page-bytes"]
        case .noTagLimit, .noBoundaryLimit: ["limits.append"]
        case .takesAnyLimit: ["read.limit"]
        case .lastPageTooEarly:
            [
                "append.kept", "limits.page-bytes", "concurrency.no-gap", "read.last-page", "select.mixes", "select.times",
                "select.once", "system.scope", "system.query",
            ]
        case .throughStandsStill: ["read.through"]
        case .throughTooFar: ["append.kept", "limits.page-bytes", "select.mixes", "select.times"]
        case .overlapsTwice: ["select.mixes", "select.once", "system.query"]
        case .backwardIsForward:
            ["limits.page-bytes", "read.last-page", "read.direction", "select.mixes", "select.once", "system.scope", "system.query"]
        case .allHasSystem, .allHasSystemByQuery, .allHasSystemBackward: ["system.scope", "system.query", "select.mixes"]
        case .prefixHasSystem: ["system.scope", "system.query"]
        case .prefixHidesSystem, .everythingHidesSystem: ["system.scope", "system.query", "select.mixes"]
        case .hidesLookAlikesOfSystem: ["system.scope"]
        case .throughEndsBeforeSystem: ["system.through"]
        default: []
        }
    }

    /// The rules that find the fault by waiting in vain.
    var hanging: Set<String> {
        switch self {
        case .missesTheRing: ["wait.at-once", "wait.wakes", "wait.no-sleep"]
        case .waitIgnoresCancellation: ["wait.cancelled"]
        case .closeLeavesWaiters: ["close.calls", "close.waiters"]
        case .commitsOutOfOrder: ["concurrency.no-gap"]
        default: []
        }
    }

    var isBroad: Bool { self == .throughTooFar }
}
