import FlxCore

/// Positions as a walk over lists: one list, what is in all of several, or what is in any of them.
///
/// Lists are joined by jumps: each list leaps to where another one stands, so that the work is that of the shortest list and does not
/// depend on how long the log is.
indirect enum Postings {
    case list(PostingCursor)
    case all(Joint)
    case any([Postings])

    /// What is in all of several, with the key that the walk has reached.
    final class Joint {
        let parts: [Postings]
        private var reached = Int64.min

        init(_ parts: [Postings]) {
            self.parts = parts
        }
    }

    /// How much a walk may do before it has to give up its view of the file.
    struct Budget {
        /// Jumps that are left.
        var jumps: Int
        /// The key below which nothing was left out when the jumps ran out.
        var stop: Int64?
    }

    /// The first key that is not below the target; nil at the end, or when the budget ran out. Targets must not go down.
    func seek(_ target: Int64, _ budget: inout Budget) throws(FlxError) -> Int64? {
        switch self {
        case .list(let cursor):
            return try cursor.seek(target)
        case .any(let parts):
            var first: Int64?
            for part in parts {
                guard let key = try part.seek(target, &budget) else { continue }
                first = min(first ?? key, key)
            }
            return first
        case .all(let joint):
            return try joint.seek(target, &budget)
        }
    }
}

extension Postings.Joint {
    fileprivate func seek(_ target: Int64, _ budget: inout Postings.Budget) throws(FlxError) -> Int64? {
        reached = max(reached, target)
        var agreeing = 0
        while true {
            for part in parts {
                guard let key = try part.seek(reached, &budget) else { return nil }
                agreeing = key == reached ? agreeing + 1 : 1
                reached = key
                if agreeing >= parts.count { return key }
            }
            budget.jumps -= 1
            if budget.jumps <= 0 {
                budget.stop = min(budget.stop ?? reached, reached)
                return nil
            }
        }
    }
}
