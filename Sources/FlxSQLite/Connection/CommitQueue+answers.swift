import FlxCore

extension CommitQueue {
    /// A request and its outcome, held back until the transaction is committed.
    struct Answer {
        let request: Request
        let outcome: Result<Outcome, FlxError>

        enum Outcome {
            case appended(AppendResult)
            /// Has a closure for reporting the result.
            case done(@Sendable () -> Void)
        }

        var failure: FlxError? {
            if case .failure(let error) = outcome { error } else { nil }
        }

        /// Reports the outcome to the caller.
        func give() {
            switch (request, outcome) {
            case (.append(_, let continuation), .success(.appended(let result))): continuation.resume(returning: .success(result))
            case (.work, .success(.done(let tell))): tell()
            case (_, .failure(let error)): request.fail(error)
            case (_, .success): break
            }
        }
    }
}

extension CommitQueue.Request {
    /// Performs the request in the open transaction.
    func perform(_ log: inout Log, at time: Timestamp) -> CommitQueue.Answer {
        do throws(FlxError) {
            switch self {
            case .append(let prepared, _):
                return CommitQueue.Answer(request: self, outcome: .success(.appended(try log.append(prepared, at: time))))
            case .work(let work):
                return CommitQueue.Answer(request: self, outcome: .success(.done(try work.perform(&log, time))))
            }
        } catch {
            return CommitQueue.Answer(request: self, outcome: .failure(error))
        }
    }

    /// The size of the request in bytes.
    var bytes: Int {
        switch self {
        case .append(let prepared, _): prepared.bytes
        case .work(let work): work.bytes
        }
    }

    /// Reports a failure to the caller.
    func fail(_ error: FlxError) {
        switch self {
        case .append(_, let continuation): continuation.resume(returning: .failure(error))
        case .work(let work): work.fail(error)
        }
    }
}
