import FlxCore

/// A walk over positions in one list, in all of several lists, or in any of them.
///
/// Lists are joined by jumps: each list jumps to the key reached by another. The work depends on the shortest list, not
/// on the length of the log.
indirect enum Postings {
    case list(PostingCursor)
    case all(Joint)
    case any([Postings])

    /// A walk over the positions in all of several walks, with the key reached so far.
    final class Joint {
        let parts: [Postings]
        private var reached = Int64.min

        init(_ parts: [Postings]) {
            self.parts = parts
        }
    }

    /// The amount of work allowed before a walk must release its view of the file.
    struct Budget {
        /// The number of jumps left.
        var jumps: Int
        /// The key reached when the jumps ran out. Nothing below it was skipped.
        var stop: Int64?
    }

    /// Returns the first key not below the target; nil at the end, or if the budget ran out. Targets must not decrease.
    func seek(_ target: Int64, _ budget: inout Budget) throws(FlxError) -> Int64? {
        switch self {
        case .list(let cursor):
            return try cursor.seek(target)
        case .any(let parts):
            // Each joint gets its share. If one took all jumps, the others would stop after a step, and so would each page.
            let share = budget.jumps / parts.count
            var first: Int64?
            for part in parts {
                guard let key = try part.seek(target, share: share, of: &budget) else { continue }
                first = min(first ?? key, key)
            }
            return first
        case .all(let joint):
            return try joint.seek(target, &budget)
        }
    }

    private func seek(_ target: Int64, share: Int, of budget: inout Budget) throws(FlxError) -> Int64? {
        if case .list(let cursor) = self { return try cursor.seek(target) }
        var own = Budget(jumps: share, stop: budget.stop)
        defer { budget = Budget(jumps: budget.jumps - (share - own.jumps), stop: own.stop) }
        return try seek(target, &own)
    }
}

extension Postings.Joint {
    fileprivate func seek(_ target: Int64, _ budget: inout Postings.Budget) throws(FlxError) -> Int64? {
        reached = max(reached, target)
        var agreeing = 0
        while true {
            // Nothing from there on is used.
            if let stop = budget.stop, reached >= stop { return nil }
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
