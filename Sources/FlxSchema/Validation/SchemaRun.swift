import FlxCore

/// One value asked about by one program.
struct SchemaRun {
    private enum Step {
        case key(String)
        case index(Int)
    }

    let program: SchemaProgram
    private let limits: SchemaLimits
    private(set) var violations: [SchemaViolation] = []
    /// Above 0, violations are not reported, and the check ends at the first one.
    private var quietness: Int
    private var path: [Step] = []
    /// The entered resources, the outermost first.
    private var scope: [Int] = []
    private var depth = 0
    var steps: Int
    /// True if the formats of the program are checked.
    var assertsFormats = true
    /// The contents of texts known from elsewhere, if the contents noted by the program are checked.
    var knownContents: Set<ExactText>?

    init(_ program: SchemaProgram, limits: SchemaLimits, isQuiet: Bool) {
        self.program = program
        self.limits = limits
        quietness = isQuiet ? 1 : 0
        steps = limits.maximumSteps
    }

    /// True if the first thing wrong will do.
    var isQuiet: Bool { quietness > 0 || violations.count >= limits.maximumViolations }

    /// Asks one schema of a value.
    mutating func check(_ number: Int, _ value: EventValue) throws(FlxError) -> Bool {
        var evaluated = Evaluated()
        return try check(number, value, &evaluated)
    }

    /// Checks one of several schemas applied to a value, and notes the parts it evaluated if the value fits.
    mutating func check(_ number: Int, _ value: EventValue, _ evaluated: inout Evaluated) throws(FlxError) -> Bool {
        try spend(1)
        guard depth < limits.maximumDepth else {
            throw FlxError(.limitExceeded, "schema: schemas ask each other more than \(limits.maximumDepth) deep, at '\(pointer)'")
        }
        depth += 1
        defer { depth -= 1 }
        let node = program.nodes[number]
        let isNewScope = scope.last != node.resource
        if isNewScope { scope.append(node.resource) }
        defer { if isNewScope { scope.removeLast() } }
        var own = Evaluated()
        var fits = true
        for keyword in node.keywords {
            if try ask(keyword, of: value, node, &own) { continue }
            fits = false
            if isQuiet { return false }
        }
        if fits, program.tracksEvaluated {
            try spend(own.count / 16)
            evaluated.formUnion(own)
        }
        return fits
    }

    /// Asks one keyword of a value.
    mutating func ask(
        _ keyword: SchemaKeyword, of value: EventValue, _ node: SchemaNode, _ own: inout Evaluated
    ) throws(FlxError) -> Bool {
        switch value {
        case .object(let fields): return try ask(keyword, ofFields: fields, value, node, &own)
        case .array(let elements): return try ask(keyword, ofElements: elements, value, node, &own)
        case .string(let text): return try ask(keyword, ofText: text, value, node, &own)
        case .number(let number):
            // Each keyword reads it anew.
            try spend(number.text.utf8.count / 64)
            return try ask(keyword, ofNumber: SchemaNumber(number), value, node, &own)
        case .null, .bool: return try askAnything(keyword, of: value, node, &own)
        }
    }

    /// The target of a dynamic reference: in the outermost resource with the anchor.
    mutating func target(ofDynamic anchor: ExactText, otherwise number: Int) throws(FlxError) -> Int {
        try spend(scope.count / 8)
        for resource in scope {
            if let found = program.dynamicAnchors[.init(resource: resource, name: anchor)] { return found }
        }
        return number
    }

    /// Subtracts steps from the rest.
    mutating func spend(_ count: Int) throws(FlxError) {
        steps -= count
        guard steps >= 0 else {
            throw FlxError(.limitExceeded, "schema: the value takes more than \(limits.maximumSteps) steps, at '\(pointer)'")
        }
    }

    /// Notes a violation, if they are reported. Always returns false.
    mutating func fail(_ node: SchemaNode, _ keyword: String, _ message: @autoclosure () -> String) -> Bool {
        guard !isQuiet else { return false }
        let place = keyword.isEmpty ? node.location : node.location + "/" + keyword
        let violation = SchemaViolation(instance: pointer, schema: place, message: message())
        // Long texts are paid for by the next step: a branch may fail, and be forgotten, very often.
        steps -= (violation.instance.utf8.count + place.utf8.count + violation.message.utf8.count) / 64
        violations.append(violation)
        return false
    }

    private var pointer: String {
        path.reduce(into: "") { text, step in
            switch step {
            case .key(let key): text += "/" + JSONPointer.escaped(key)
            case .index(let index): text += "/\(index)"
            }
        }
    }
}

extension SchemaRun {
    /// Asks a schema of a member.
    mutating func check(_ number: Int, member key: String, _ value: EventValue) throws(FlxError) -> Bool {
        path.append(.key(key))
        defer { path.removeLast() }
        return try check(number, value)
    }

    /// Asks a schema of an element.
    mutating func check(_ number: Int, element index: Int, _ value: EventValue) throws(FlxError) -> Bool {
        path.append(.index(index))
        defer { path.removeLast() }
        return try check(number, value)
    }

    /// Checks a schema without reporting violations.
    mutating func test(_ number: Int, _ value: EventValue, _ evaluated: inout Evaluated) throws(FlxError) -> Bool {
        quietness += 1
        defer { quietness -= 1 }
        return try check(number, value, &evaluated)
    }

    /// The number of violations, to return to.
    var mark: Int { violations.count }

    /// Forgets the violations after a mark.
    mutating func forget(after mark: Int) { violations.removeLast(violations.count - mark) }
}
