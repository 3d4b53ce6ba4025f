/// One way in which a broker can be wrong.
enum BrokerFault: String, Fault {
    case none
    case publishesTwice
    case losesAttributes
    case reversesBatches
    case ignoresPatterns
    case lookAlikeTypes
    case forgetsWithoutConsumer
    case losesEarlierPatterns
    case oneConsumerAtATime
    case handlesOneTooMany
    case takesAnyPrefetch
    case publishWaitsForHandlers
    case acksRequeued
    case requeuesAcked
    case requeuesRejected
    case marksNothing
    case cancelDropsAnswers
    case cancelThrows
    case closeIsSilent
    case publishesAfterClose
}

extension BrokerFault {
    var broken: Set<String> {
        switch self {
        case .none: []
        case .publishesTwice: ["publish.order", "bind.patterns", "consume.spread", "settle.ack"]
        case .losesAttributes: ["publish.whole"]
        case .reversesBatches: ["publish.order", "publish.whole", "bind.waits"]
        case .ignoresPatterns: ["publish.every-queue", "publish.look-alikes", "bind.patterns"]
        case .lookAlikeTypes: ["publish.look-alikes"]
        case .forgetsWithoutConsumer: ["bind.waits", "publish.order"]
        case .losesEarlierPatterns: ["bind.patterns"]
        case .oneConsumerAtATime: ["consume.competing"]
        case .handlesOneTooMany: ["consume.prefetch"]
        case .takesAnyPrefetch: ["consume.prefetch"]
        case .publishWaitsForHandlers: ["consume.competing", "consume.publishes"]
        case .acksRequeued: ["settle.requeue", "cancel.racing"]
        case .requeuesAcked: ["settle.ack", "consume.spread"]
        case .requeuesRejected: ["settle.reject"]
        case .marksNothing: ["settle.requeue"]
        case .cancelDropsAnswers: ["cancel.returns"]
        case .cancelThrows: ["cancel.returns", "cancel.waiting"]
        case .closeIsSilent: ["close.calls", "close.consumers"]
        case .publishesAfterClose: ["close.calls"]
        }
    }

    var hanging: Set<String> {
        switch self {
        case .oneConsumerAtATime: ["consume.competing"]
        case .takesAnyPrefetch: ["consume.prefetch"]
        case .publishWaitsForHandlers: ["consume.competing", "consume.publishes"]
        case .acksRequeued: ["settle.requeue"]
        default: []
        }
    }

    var isBroad: Bool {
        let broad: [BrokerFault] = [
            .publishesTwice, .reversesBatches, .forgetsWithoutConsumer, .losesEarlierPatterns, .requeuesAcked, .cancelThrows,
            .handlesOneTooMany,
        ]
        return broad.contains(self)
    }
}
