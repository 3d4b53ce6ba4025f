import FlxCore

/// A regular expression with bounded matching time, for every pattern: the subset of ECMA-262 required by JSON Schema.
///
/// It is a program for a machine that follows all of its ways at once (K. Thompson, "Regular Expression Search Algorithm", 1968; R. Pike's
/// form of it). The work is at most the length of the program times the length of the text.
struct TextPattern: Hashable, Sendable {
    enum Instruction: Hashable, Sendable {
        case scalar(UInt32)
        case set(Int)
        case split(Int, Int)
        case jump(Int)
        case start
        case end
        case boundary(isNegated: Bool)
        /// A program of its own after this instruction; `next` is the instruction behind it.
        case look(next: Int, isNegated: Bool)
        case match
    }

    /// The longest program. A pattern such as `(a{100}){100}` needs one instruction for each of its 10,000 letters.
    static let maximumInstructions = 10_000

    /// The text of the pattern.
    let text: String
    private(set) var program: [Instruction] = []
    private(set) var sets: [ScalarSet] = []
    /// The number of parts of the tree written so far: an empty part needs no instruction, with any number of repetitions.
    private(set) var work = 0

    /// Reads a pattern.
    /// - Throws: ``FlxError/Code/invalidValue`` with the place for an invalid one, ``FlxError/Code/limitExceeded`` for one with a program
    ///   that is too long.
    init(_ text: String) throws(FlxError) {
        self.text = text
        guard text.utf8.count <= 4 * Self.maximumInstructions else {
            throw FlxError(.limitExceeded, "a pattern of \(text.utf8.count) bytes is too long: at most \(4 * Self.maximumInstructions)")
        }
        var parser = PatternParser(text)
        try emit(try parser.parse())
        program.append(.match)
    }

    /// Returns true if the pattern is found anywhere in a text.
    /// - Parameter budget: The remaining work of the machine; reduced by the work done.
    /// - Throws: ``FlxError/Code/limitExceeded`` if the budget is not enough.
    func matches(_ text: String, budget: inout Int) throws(FlxError) -> Bool {
        // Decoding the text is work too, even if the pattern reads only a little of it. So is the beginning of a search: there may be many.
        var scalars: [UInt32] = []
        scalars.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars { scalars.append(scalar.value) }
        var machine = PatternMachine(self, on: scalars, budget: budget - 1 - text.utf8.count / 64)
        defer { budget = machine.budget }
        guard let answer = machine.run(from: 0, at: 0, isAnchored: program[0] == .start) else {
            let pattern = self.text.scalarPrefix(80)
            throw FlxError(.limitExceeded, "the pattern '\(pattern)' takes too long on a text of \(text.utf8.count) bytes")
        }
        return answer
    }

    /// Writes the instructions of a part of the tree. Both the written and the visited parts are limited.
    private mutating func emit(_ node: PatternNode) throws(FlxError) {
        work += 1
        guard program.count < Self.maximumInstructions, work < 4 * Self.maximumInstructions else {
            throw FlxError(.limitExceeded, "the pattern '\(text.scalarPrefix(80))' is too large: it repeats too much, too often")
        }
        switch node {
        case .empty: break
        case .scalar(let scalar): program.append(.scalar(scalar))
        case .set(let set): append(set)
        case .start: program.append(.start)
        case .end: program.append(.end)
        case .boundary(let isNegated): program.append(.boundary(isNegated: isNegated))
        case .sequence(let parts): for part in parts { try emit(part) }
        case .choice(let branches): try emitChoice(branches)
        case .repeated(let inner, let least, let most): try emitRepeated(inner, least, most)
        case .look(let inner, let isNegated):
            let place = reserve()
            try emit(inner)
            program.append(.match)
            program[place] = .look(next: program.count, isNegated: isNegated)
        }
    }

    private mutating func append(_ set: ScalarSet) {
        // Repetition writes the same set again and again.
        if sets.last != set { sets.append(set) }
        program.append(.set(sets.count - 1))
    }

    private mutating func emitChoice(_ branches: [PatternNode]) throws(FlxError) {
        var ends: [Int] = []
        for branch in branches.dropLast() {
            let split = reserve()
            try emit(branch)
            ends.append(reserve())
            program[split] = .split(split + 1, program.count)
        }
        if let last = branches.last { try emit(last) }
        for end in ends { program[end] = .jump(program.count) }
    }

    private mutating func emitRepeated(_ inner: PatternNode, _ least: Int, _ most: Int?) throws(FlxError) {
        for _ in 0..<least { try emit(inner) }
        guard let most else {
            let split = reserve()
            try emit(inner)
            program.append(.jump(split))
            program[split] = .split(split + 1, program.count)
            return
        }
        var splits: [Int] = []
        for _ in least..<most {
            splits.append(reserve())
            try emit(inner)
        }
        for split in splits { program[split] = .split(split + 1, program.count) }
    }

    /// Leaves a place for an instruction known later.
    private mutating func reserve() -> Int {
        program.append(.match)
        return program.count - 1
    }
}
