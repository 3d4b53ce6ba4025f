public import FlxCore

extension SubscriptionControl {
    /// Wants whoever runs the subscription to handle parked events again.
    /// - Parameter perSecond: The most events a second, at least one a day; nil for as many as can be.
    /// - Returns: Where that is on record: ``follow(retry:progress:)`` tells what becomes of it.
    @discardableResult
    public func requestRetry(
        _ filter: ParkedFilter, perSecond: Double? = nil, by operator: String
    ) async throws(FlxError) -> Position {
        try RetryRate.check(perSecond)
        try await refuseRetryOfView()
        return try await record(RetryRequested(filter: filter, perSecond: perSecond, operator: `operator`), by: `operator`)
    }

    /// Wants no retry any more of those that were asked for until now: one that is at work ends within about a second, between two
    /// events, and the others do not begin. What was handled until then is.
    public func stopRetries(by operator: String) async throws(FlxError) {
        try await record(RetriesStopped(operator: `operator`), by: `operator`)
    }

    /// Returns the number of requested retries that have not ended; counted up to 100.
    public func retryCount() async throws(FlxError) -> Int { try await waitingRetries().count }

    /// Follows a retry that was asked for until it has ended, in whichever process it is done.
    ///
    /// It waits for as long as nobody runs the subscription; cancel the task to leave.
    /// - Parameters:
    ///   - request: Where it was asked for, as ``requestRetry(_:perSecond:by:)`` says.
    ///   - progress: Is told about once a second how far it is.
    /// - Returns: How far it came.
    /// - Throws: ``FlxError/Code/cancelled``, and what reading throws.
    public func follow(
        retry request: Position, progress: @Sendable (RetryProgress) -> Void = { _ in }
    ) async throws(FlxError) -> RetryProgress {
        let told = Selection(.stream(stream), .events(RetryAdvanced.eventType, RetriesStopped.eventType))
        var (position, last) = (request, RetryProgress?.none)
        while true {
            let page = try await store.read(told, .forward(after: position), limit: 100)
            for recorded in page.events {
                if recorded.event.type == RetryAdvanced.eventType {
                    let advanced = try recorded.event.decode(as: RetryAdvanced.self)
                    guard advanced.request == request.value else { continue }
                    last = advanced.progress
                    progress(advanced.progress)
                    if advanced.hasEnded { return advanced.progress }
                } else if last == nil {
                    // It had not begun, and does not any more.
                    return RetryProgress(total: 0, isStopped: true)
                }
            }
            position = page.through
            if page.isLast { try await store.wait(after: position) }
        }
    }

    /// The retries that were asked for and neither done nor stopped, and where each is on record.
    func waitingRetries() async throws(FlxError) -> [(request: RetryRequested, recorded: Position)] {
        let done = max(try await store.checkpoint(retriesName) ?? .start, try await lastStop())
        let asked = Selection(.stream(stream), .events(RetryRequested.eventType))
        var retries: [(request: RetryRequested, recorded: Position)] = []
        for try await page in store.pages(asked, .forward(after: done), limit: 100) {
            for recorded in page.events.prefix(100 - retries.count) {
                retries.append((try recorded.event.decode(as: RetryRequested.self), recorded.position))
            }
            if retries.count == 100 { break }
        }
        return retries
    }

    /// The end of a retry that was begun and stopped, and whose process did not tell so; nil if there is none.
    func stoppedRetry() async throws(FlxError) -> RetryAdvanced? {
        let told = try await last(of: RetryAdvanced.eventType)
        guard let last = try told?.event.decode(as: RetryAdvanced.self), !last.hasEnded else { return nil }
        let request = try Position(last.request)
        guard try await lastStop() > request else { return nil }
        var progress = last.progress
        progress.isStopped = true
        return RetryAdvanced(progress, of: request, hasEnded: true)
    }

    /// Returns the position of the last stop of retries.
    func lastStop() async throws(FlxError) -> Position {
        try await last(of: RetriesStopped.eventType)?.position ?? .start
    }
}
