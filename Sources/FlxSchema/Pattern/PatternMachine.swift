/// Runs the program of a pattern over a text, on all of its ways at once.
struct PatternMachine {
    private typealias Instruction = TextPattern.Instruction

    /// The number of visits to instructions for one step of the budget.
    private static let visitsOfStep = 8

    /// The live instructions at one place of the text, each once.
    private struct Threads {
        var list: [Int] = []
        /// The place at which each instruction was added last.
        var stamps: [Int]

        init(_ count: Int) { stamps = Array(repeating: -1, count: count) }
    }

    private let pattern: TextPattern
    private let text: [UInt32]
    private var visits = 0
    private var pending: [Int] = []
    /// The rest of the budget, in steps.
    private(set) var budget: Int

    init(_ pattern: TextPattern, on text: [UInt32], budget: Int) {
        self.pattern = pattern
        self.text = text
        self.budget = budget
    }

    /// Returns true if a program is found from a place on, or at it; nil if the budget is used up.
    mutating func run(from start: Int, at begin: Int, isAnchored: Bool) -> Bool? {
        // The lists cost as much as a part of the program: a run for each place of a text is not free.
        guard spend(pattern.program.count / Self.visitsOfStep) else { return nil }
        var current = Threads(pattern.program.count)
        var next = current
        var place = begin
        while true {
            if place == begin || !isAnchored {
                guard let isMatch = add(start, to: &current, at: place) else { return nil }
                if isMatch { return true }
            }
            guard place < text.count, !(isAnchored && current.list.isEmpty) else { return false }
            let value = text[place]
            next.list.removeAll(keepingCapacity: true)
            for thread in current.list where accepts(thread, value) {
                guard let isMatch = add(thread + 1, to: &next, at: place + 1) else { return nil }
                if isMatch { return true }
            }
            swap(&current, &next)
            place += 1
            guard spend(1) else { return nil }
        }
    }

    private func accepts(_ thread: Int, _ value: UInt32) -> Bool {
        switch pattern.program[thread] {
        case .scalar(let scalar): scalar == value
        case .set(let index): pattern.sets[index].contains(value)
        default: false
        }
    }

    /// Adds an instruction and all others reachable from it without a scalar. Returns true if the end of the program is one of them.
    private mutating func add(_ first: Int, to threads: inout Threads, at place: Int) -> Bool? {
        let floor = pending.count
        pending.append(first)
        defer { pending.removeLast(pending.count - floor) }
        while pending.count > floor {
            let thread = pending.removeLast()
            guard threads.stamps[thread] != place else { continue }
            threads.stamps[thread] = place
            guard spend(1) else { return nil }
            switch pattern.program[thread] {
            case .scalar, .set: threads.list.append(thread)
            case .split(let left, let right):
                pending.append(right)
                pending.append(left)
            case .jump(let target): pending.append(target)
            case .start: if place == 0 { pending.append(thread + 1) }
            case .end: if place == text.count { pending.append(thread + 1) }
            case .boundary(let isNegated):
                if (isWord(place - 1) != isWord(place)) != isNegated { pending.append(thread + 1) }
            case .look(let next, let isNegated):
                // Pending instructions belong to the outer run; the inner one stays above them.
                guard let isFound = run(from: thread + 1, at: place, isAnchored: true) else { return nil }
                if isFound != isNegated { pending.append(next) }
            case .match: return true
            }
        }
        return false
    }

    private func isWord(_ place: Int) -> Bool {
        text.indices.contains(place) && ScalarSet.word.contains(text[place])
    }

    private mutating func spend(_ count: Int) -> Bool {
        visits += count
        budget -= visits / Self.visitsOfStep
        visits %= Self.visitsOfStep
        return budget > 0
    }
}
