import FlxCore

extension CommitQueue {
    /// A request and its outcome, held back until the transaction is committed.
    struct Answer {
        let request: Request
        /// The places of an append; nil for a checkpoint that was saved.
        let outcome: Result<AppendResult?, FlxError>

        var failure: FlxError? {
            if case .failure(let error) = outcome { error } else { nil }
        }

        /// Tells the caller.
        func give() {
            switch (request, outcome) {
            case (.append(_, let continuation), .success(let result)):
                continuation.resume(returning: .success(result ?? AppendResult(places: [])))
            case (.checkpoint(_, _, let continuation), .success): continuation.resume(returning: nil)
            case (_, .failure(let error)): request.fail(error)
            }
        }
    }
}

extension CommitQueue.Request {
    /// Does the work within the open transaction.
    func perform(_ log: inout Log, at time: Timestamp) -> CommitQueue.Answer {
        do throws(FlxError) {
            switch self {
            case .append(let prepared, _):
                return CommitQueue.Answer(request: self, outcome: .success(try log.append(prepared, at: time)))
            case .checkpoint(let name, let position, _):
                try log.setCheckpoint(name, to: position)
                return CommitQueue.Answer(request: self, outcome: .success(nil))
            }
        } catch {
            return CommitQueue.Answer(request: self, outcome: .failure(error))
        }
    }

    /// Tells the caller that it failed.
    func fail(_ error: FlxError) {
        switch self {
        case .append(_, let continuation): continuation.resume(returning: .failure(error))
        case .checkpoint(_, _, let continuation): continuation.resume(returning: error)
        }
    }
}
