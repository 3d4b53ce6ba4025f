import FlxCore

// What stands in the operators' stream of a subscription, beside what stands in its parking place (``EventParked``).

/// Tells what a subscription is: recorded when it begins, and again when its code says otherwise.
struct SubscriptionDefined: DomainEvent, Codable, Equatable {
    static let eventType: EventType = "flx.subscription.defined"

    let version: Int
    let filter: StoredFilter
}

/// Tells that a subscription is to stand still.
struct SubscriptionPaused: DomainEvent, Codable {
    static let eventType: EventType = "flx.subscription.paused"

    let `operator`: String
    let reason: String?
}

/// Tells that a subscription is to go on.
struct SubscriptionResumed: DomainEvent, Codable {
    static let eventType: EventType = "flx.subscription.resumed"

    let `operator`: String
}

/// Tells that a subscription is to go on after another position.
struct SubscriptionMoved: DomainEvent, Codable {
    static let eventType: EventType = "flx.subscription.moved"

    let position: Int64
    let `operator`: String
    let reason: String?
}

/// Tells that whoever runs the subscription is to handle parked events again.
struct RetryRequested: DomainEvent, Codable {
    static let eventType: EventType = "flx.parked.retry.requested"

    let filter: ParkedFilter
    let perSecond: Double?
    let `operator`: String
}

/// Tells that an operator began to handle parked events again.
struct RetryBegun: DomainEvent, Codable {
    static let eventType: EventType = "flx.parked.retry.begun"

    let filter: ParkedFilter
    let `operator`: String
}

/// Tells how far a retry is that was asked for: at its beginning, now and then, and at its end.
struct RetryAdvanced: DomainEvent, Codable {
    static let eventType: EventType = "flx.parked.retry.advanced"

    /// Where it was asked for.
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

/// Tells that the retries which were asked for so far are not wanted any more.
struct RetriesStopped: DomainEvent, Codable {
    static let eventType: EventType = "flx.parked.retry.stopped"

    let `operator`: String
}

/// Tells that an operator let go of parked events for good.
struct ParkedDiscarded: DomainEvent, Codable {
    static let eventType: EventType = "flx.parked.discarded"

    let positions: [Int64]
    let `operator`: String
    let reason: String
}

/// Tells that an operator put a corrected event in the place of a parked one.
struct ParkedEdited: DomainEvent, Codable {
    static let eventType: EventType = "flx.parked.edited"

    let position: Int64
    let correction: String
    let `operator`: String
    let reason: String?
}
