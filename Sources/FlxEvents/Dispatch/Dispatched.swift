import FlxCore

/// The end of a call of a handler.
enum CallResult: Sendable {
    case handled
    case deferred
    case failed(HandlerFailure)
    /// The handler did not want the event, or was cancelled meanwhile.
    case skipped
}

/// The dispatch of one event in process: its handlers, and those that failed or were skipped.
///
/// A publish without failed handlers allocates nothing here: the table's own list is shared.
struct Dispatched: Sendable {
    let publication: Publication
    let targets: [Registration]
    private(set) var exceptions: [(index: Int, result: CallResult)] = []

    init(_ publication: Publication, to targets: [Registration]) {
        self.publication = publication
        self.targets = targets
    }

    mutating func note(_ result: CallResult, at index: Int) {
        if case .handled = result { return }
        exceptions.append((index, result))
    }

    /// Each handler with its result, except those that did not want the event.
    var calls: [(handler: String, result: CallResult)] {
        var calls = targets.map { (handler: $0.handler.name, result: CallResult.handled) }
        for (index, result) in exceptions { calls[index].result = result }
        return calls.filter { if case .skipped = $0.result { false } else { true } }
    }
}
