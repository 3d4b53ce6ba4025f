import FlxCore

// What stands in the operators' stream of a subscription, beside what stands in its parking place (``EventParked``).

/// Records the definition of a subscription: when it begins, and again when its code changes it.
struct SubscriptionDefined: DomainEvent, Codable, Equatable {
    static let eventType: EventType = "flx.subscription.defined"

    let version: Int
    let filter: StoredFilter
    /// The view that it feeds, which has its checkpoint.
    var view: ExactText?
}

/// Records that an operator paused a subscription.
struct SubscriptionPaused: DomainEvent, Codable {
    static let eventType: EventType = "flx.subscription.paused"

    let `operator`: String
    let reason: String?
}

/// Records that an operator resumed a subscription.
struct SubscriptionResumed: DomainEvent, Codable {
    static let eventType: EventType = "flx.subscription.resumed"

    let `operator`: String
}

/// Records that an operator moved a subscription to another position.
struct SubscriptionMoved: DomainEvent, Codable {
    static let eventType: EventType = "flx.subscription.moved"

    let position: Int64
    let `operator`: String
    let reason: String?
}

/// Records that an operator asked for a retry of parked events.
struct RetryRequested: DomainEvent, Codable {
    static let eventType: EventType = "flx.parked.retry.requested"

    let filter: ParkedFilter
    let perSecond: Double?
    let `operator`: String
}

/// Records that a retry of parked events began.
struct RetryBegun: DomainEvent, Codable {
    static let eventType: EventType = "flx.parked.retry.begun"

    let filter: ParkedFilter
    let `operator`: String
}

/// Records the progress of a retry: at its beginning, repeatedly, and at its end.
struct RetryAdvanced: DomainEvent, Codable {
    static let eventType: EventType = "flx.parked.retry.advanced"

    /// The position of the request.
    let request: Int64
    let total: Int
    let handled: Int
    let failed: Int
    let skipped: Int
    let hasEnded: Bool
    let isStopped: Bool

    init(_ progress: RetryProgress, of request: Position, hasEnded: Bool) {
        self.request = request.value
        (total, handled, failed, skipped) = (progress.total, progress.handled, progress.failed, progress.skipped)
        (self.hasEnded, isStopped) = (hasEnded, progress.isStopped)
    }

    var progress: RetryProgress {
        RetryProgress(total: total, handled: handled, failed: failed, skipped: skipped, isStopped: isStopped)
    }
}

/// Records that an operator stopped the retries.
struct RetriesStopped: DomainEvent, Codable {
    static let eventType: EventType = "flx.parked.retry.stopped"

    let `operator`: String
}

/// Records that an operator discarded parked events.
struct ParkedDiscarded: DomainEvent, Codable {
    static let eventType: EventType = "flx.parked.discarded"

    let positions: [Int64]
    let `operator`: String
    let reason: String
}

/// Records that an operator corrected a parked event.
struct ParkedEdited: DomainEvent, Codable {
    static let eventType: EventType = "flx.parked.edited"

    let position: Int64
    let correction: String
    let `operator`: String
    let reason: String?
}
