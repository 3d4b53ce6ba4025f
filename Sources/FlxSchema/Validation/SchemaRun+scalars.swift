import FlxCore

extension SchemaRun {
    /// Asks a keyword of a number.
    mutating func ask(
        _ keyword: SchemaKeyword, ofNumber number: SchemaNumber, _ value: EventValue, _ node: SchemaNode, _ own: inout Evaluated
    ) throws(FlxError) -> Bool {
        switch keyword {
        case .bound(let bound, let limit):
            let (fits, phrase) =
                switch bound {
                case .minimum: (limit <= number, "at least")
                case .maximum: (number <= limit, "at most")
                case .exclusiveMinimum: (limit < number, "greater than")
                case .exclusiveMaximum: (number < limit, "less than")
                }
            return fits || fail(node, bound.rawValue, "must be \(phrase) \(limit.text), and is \(number.text.prefix(40))")
        case .multipleOf(let divisor):
            try spend(number.value.cost(dividedBy: divisor.value))
            return number.isMultiple(of: divisor)
                || fail(node, "multipleOf", "must be a multiple of \(divisor.text), and is \(number.text.prefix(40))")
        default: return try askAnything(keyword, of: value, node, &own)
        }
    }

    /// Asks a keyword of a text.
    mutating func ask(
        _ keyword: SchemaKeyword, ofText text: String, _ value: EventValue, _ node: SchemaNode, _ own: inout Evaluated
    ) throws(FlxError) -> Bool {
        switch keyword {
        case .length(let count):
            try spend(text.utf8.count / 64)
            return ask(count, text.scalarCount, "Length", "character", node)
        case .pattern(let pattern):
            return try pattern.matches(text, budget: &steps)
                || fail(node, "pattern", "must match the pattern \(pattern.text.scalarPrefix(80)), and is \(value.shown)")
        case .format(let format):
            guard assertsFormats else { return true }
            try spend(text.utf8.count / 16)
            return format.accepts(text) || fail(node, "format", "must be of the format \(format.rawValue), and is \(value.shown)")
        case .content(let content):
            guard let knownContents else { return true }
            try spend(text.utf8.count / 16)
            return knownContents.contains(ExactText(content)) || content == "contentEncoding base64" && Self.isBase64(text)
        default: return try askAnything(keyword, of: value, node, &own)
        }
    }

    private static func isBase64(_ text: String) -> Bool { Array(text.utf8).withUnsafeBytes(Base64.decode) != nil }

    /// Compares a count with its bounds, for the keywords `min…` and `max…`.
    mutating func ask(_ bounds: SchemaCount, _ count: Int, _ what: String, _ unit: String, _ node: SchemaNode) -> Bool {
        if count < bounds.least {
            return fail(node, "min" + what, "must have at least \(bounds.least) \(unit)\(bounds.least == 1 ? "" : "s"), and has \(count)")
        }
        guard let most = bounds.most, count > most else { return true }
        return fail(node, "max" + what, "must have at most \(most) \(unit)\(most == 1 ? "" : "s"), and has \(count)")
    }
}
