/// One way in which a bus can be wrong.
enum BusFault: String, Fault {
    case none
    case callsTwice
    case ignoresSchemaVersions
    case ignoresPatterns
    case reversesBatches
    case doesNotWait
    case hidesFailures
    case throwsFailures
    case dropsCause
    case neverCancels
    case losesOnCancellation
    case onePublisherAtATime
    case ignoresLimits
    case ignoresRetries
    case ignoresDeadlines
    case publishesAfterClose
    case closesWithoutWaiting
    case closesWithoutReport
}

extension BusFault {
    var broken: Set<String> {
        switch self {
        case .none: []
        case .callsTwice: ["publish.patterns", "publish.types", "publish.order", "publish.receipt", "subscribe.many-at-once"]
        case .ignoresSchemaVersions: ["publish.types"]
        case .ignoresPatterns: ["publish.patterns", "publish.receipt", "nested.causation", "nested.no-deadlock", "close.follow-ups"]
        case .reversesBatches: ["publish.types", "publish.batch", "publish.receipt", "publish.cancelled"]
        case .doesNotWait: ["publish.order", "publish.waits", "publish.receipt", "failure.reported"]
        case .hidesFailures: ["publish.receipt", "failure.reported", "failure.retry"]
        case .throwsFailures: ["publish.receipt", "failure.isolated", "failure.reported", "failure.deadline", "failure.retry"]
        case .dropsCause: ["nested.causation"]
        case .neverCancels: ["subscribe.cancel", "subscribe.cancel-waiting", "subscribe.cancel-inside", "subscribe.scope"]
        case .losesOnCancellation: ["publish.cancelled"]
        case .onePublisherAtATime: ["nested.causation", "nested.no-deadlock", "turns.unlimited", "close.follow-ups"]
        case .ignoresLimits: ["turns.limit", "subscribe.cancel-waiting"]
        case .ignoresRetries: ["failure.retry"]
        case .ignoresDeadlines: ["failure.deadline"]
        case .publishesAfterClose: ["close.calls"]
        case .closesWithoutWaiting: ["close.waits", "close.follow-ups", "close.unfinished"]
        case .closesWithoutReport: ["close.unfinished"]
        }
    }

    var hanging: Set<String> {
        switch self {
        case .ignoresPatterns: ["nested.causation", "nested.no-deadlock"]
        case .onePublisherAtATime: broken
        case .ignoresDeadlines: broken
        default: []
        }
    }

    var isBroad: Bool { self == .callsTwice || self == .doesNotWait }
}
