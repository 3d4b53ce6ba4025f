import FlxCore

extension SchemaRun {
    /// Checks the keywords for values of any kind. Keywords for other kinds have no effect.
    mutating func askAnything(
        _ keyword: SchemaKeyword, of value: EventValue, _ node: SchemaNode, _ own: inout Evaluated
    ) throws(FlxError) -> Bool {
        switch keyword {
        case .never: return fail(node, "", "is not allowed")
        case .type(let types):
            return types.contains(value) || fail(node, "type", "must be \(types.phrase), and is \(value.shown)")
        case .enumeration(let values, _, let shown):
            return try values.contains(canonical(value)) || fail(node, "enum", "must be one of \(shown), and is \(value.shown)")
        case .constant(let wanted, _, let shown):
            return try wanted == canonical(value) || fail(node, "const", "must be \(shown), and is \(value.shown)")
        case .reference(let number): return try check(number, value, &own)
        case .dynamicReference(let number, let anchor):
            return try check(try target(ofDynamic: anchor, otherwise: number), value, &own)
        case .allOf(let numbers): return try askAll(numbers, of: value, &own)
        case .anyOf(let numbers): return try askAny(numbers, of: value, node, &own)
        case .oneOf(let numbers): return try askOne(numbers, of: value, node, &own)
        case .not(let number):
            var unused = Evaluated()
            return try !test(number, value, &unused) || fail(node, "not", "must not fit, and does")
        case .condition(let condition, let then, let otherwise):
            guard let branch = try test(condition, value, &own) ? then : otherwise else { return true }
            return try check(branch, value, &own)
        default: return true
        }
    }

    private mutating func canonical(_ value: EventValue) throws(FlxError) -> [UInt8] {
        let bytes = value.canonical()
        try spend(bytes.count / 16)
        return bytes
    }

    private mutating func askAll(_ numbers: [Int], of value: EventValue, _ own: inout Evaluated) throws(FlxError) -> Bool {
        var fits = true
        for number in numbers where try !check(number, value, &own) {
            fits = false
            if isQuiet { return false }
        }
        return fits
    }

    private mutating func askAny(
        _ numbers: [Int], of value: EventValue, _ node: SchemaNode, _ own: inout Evaluated
    ) throws(FlxError) -> Bool {
        var fits = false
        let mark = mark
        for number in numbers where try check(number, value, &own) {
            fits = true
            // The parts evaluated by each of them count, so the rest is checked too if a schema depends on them.
            if !program.tracksEvaluated { break }
        }
        if fits { forget(after: mark) }
        return fits || fail(node, "anyOf", "fits none of the \(numbers.count) schemas")
    }

    private mutating func askOne(
        _ numbers: [Int], of value: EventValue, _ node: SchemaNode, _ own: inout Evaluated
    ) throws(FlxError) -> Bool {
        var fitting: [Int] = []
        let mark = mark
        for (index, number) in numbers.enumerated() where try check(number, value, &own) { fitting.append(index) }
        if fitting.isEmpty { return fail(node, "oneOf", "fits none of the \(numbers.count) schemas") }
        forget(after: mark)
        return fitting.count == 1 || fail(node, "oneOf", "fits \(fitting.count) of the schemas, and must fit one: \(fitting)")
    }
}

extension SchemaTypes {
    /// The names for use in a sentence.
    fileprivate var phrase: String { names.joined(separator: " or ") }
}

extension EventValue {
    /// The value in short form for a message.
    var shown: String {
        switch self {
        case .array(let elements): "an array of \(elements.count)"
        case .object: "an object"
        case .string(let text): EventValue.string(text.shortened).description
        default: String(description.prefix(40))
        }
    }
}

extension String {
    /// The first 40 scalars.
    fileprivate var shortened: String {
        let start = scalarPrefix(40)
        return start.endIndex < endIndex ? start + "…" : self
    }
}
