import FlxCore
import OrderedCollections

extension SchemaRun {
    /// Asks a keyword of an object.
    mutating func ask(
        _ keyword: SchemaKeyword, ofFields fields: OrderedDictionary<ExactText, EventValue>, _ value: EventValue, _ node: SchemaNode,
        _ own: inout Evaluated
    ) throws(FlxError) -> Bool {
        switch keyword {
        case .properties(let count): return ask(count, fields.count, "Properties", "member", node)
        case .required(let names):
            try spend(names.count / 2)
            let missing = names.filter { fields[$0] == nil }
            return missing.isEmpty || fail(node, "required", "lacks \(missing.quoted)")
        case .dependentRequired(let rules):
            try spend(rules.count / 16)
            var fits = true
            for (key, names) in rules where fields[key] != nil {
                try spend(1 + names.count / 2)
                let missing = names.filter { fields[$0] == nil }
                if !missing.isEmpty { fits = fail(node, "dependentRequired", "has '\(key)' and lacks \(missing.quoted)") }
            }
            return fits
        case .dependentSchemas(let rules):
            try spend(rules.count / 16)
            var fits = true
            for (key, number) in rules where fields[key] != nil {
                if try !check(number, value, &own) { fits = false }
            }
            return fits
        case .propertyNames(let number):
            for key in fields.keys {
                guard try check(number, member: key.description, .string(key.description)) else {
                    return fail(node, "propertyNames", "has a member whose name is not allowed: '\(key.description.scalarPrefix(80))'")
                }
            }
            return true
        case .members(let members): return try ask(members, of: fields, &own)
        case .unevaluatedProperties(let number):
            try spend(fields.count / 16)
            var fits = true
            for (key, member) in fields where !own.has(key) {
                if try !check(number, member: key.description, member) { fits = false }
                if !fits, isQuiet { return false }
            }
            own.noteAllMembers()
            return fits
        default: return try askAnything(keyword, of: value, node, &own)
        }
    }

    private mutating func ask(
        _ members: SchemaMembers, of fields: OrderedDictionary<ExactText, EventValue>, _ own: inout Evaluated
    ) throws(FlxError) -> Bool {
        try spend(fields.count / 16)
        var fits = true
        for (key, member) in fields {
            var isKnown = false
            if let number = members.named[key] {
                isKnown = true
                if try !check(number, member: key.description, member) { fits = false }
            }
            for (pattern, number) in members.matching where try pattern.matches(key.description, budget: &steps) {
                isKnown = true
                if try !check(number, member: key.description, member) { fits = false }
            }
            if !isKnown, let others = members.others {
                isKnown = true
                if try !check(others, member: key.description, member) { fits = false }
            }
            if !fits, isQuiet { return false }
            if isKnown, program.tracksEvaluated { own.note(key) }
        }
        return fits
    }

    /// Asks a keyword of an array.
    mutating func ask(
        _ keyword: SchemaKeyword, ofElements elements: [EventValue], _ value: EventValue, _ node: SchemaNode, _ own: inout Evaluated
    ) throws(FlxError) -> Bool {
        switch keyword {
        case .items(let count): return ask(count, elements.count, "Items", "element", node)
        case .uniqueItems: return try askUnique(elements, node)
        case .elements(let first, let rest):
            var fits = true
            for (index, element) in elements.enumerated() {
                guard let number = index < first.count ? first[index] : rest else { break }
                if try !check(number, element: index, element) { fits = false }
                if !fits, isQuiet { return false }
            }
            own.note(upTo: rest == nil ? min(first.count, elements.count) : elements.count)
            return fits
        case .contains(let number, let count): return try askContains(number, count, elements, node, &own)
        case .unevaluatedItems(let number):
            try spend(elements.count / 16)
            var fits = true
            for (index, element) in elements.enumerated() where !own.has(index) {
                if try !check(number, element: index, element) { fits = false }
                if !fits, isQuiet { return false }
            }
            own.note(upTo: elements.count)
            return fits
        default: return try askAnything(keyword, of: value, node, &own)
        }
    }

    private mutating func askUnique(_ elements: [EventValue], _ node: SchemaNode) throws(FlxError) -> Bool {
        var places: [[UInt8]: Int] = [:]
        // Growing step by step would hash everything twice. An element costs two steps, so no further ones are examined.
        places.reserveCapacity(min(elements.count, steps / 2))
        for (index, element) in elements.enumerated() {
            let bytes = element.canonical()
            try spend(2 + bytes.count / 16)
            if let other = places.updateValue(index, forKey: bytes) {
                return fail(node, "uniqueItems", "must have no element twice, and elements \(other) and \(index) are equal")
            }
        }
        return true
    }

    private mutating func askContains(
        _ number: Int, _ bounds: SchemaCount, _ elements: [EventValue], _ node: SchemaNode, _ own: inout Evaluated
    ) throws(FlxError) -> Bool {
        var count = 0
        for (index, element) in elements.enumerated() {
            var unused = Evaluated()
            guard try test(number, element, &unused) else { continue }
            count += 1
            if program.tracksEvaluated { own.note(index) }
        }
        if count < bounds.least {
            let keyword = bounds.least == 1 ? "contains" : "minContains"
            return fail(node, keyword, "must contain at least \(bounds.least) that fit, and contains \(count)")
        }
        guard let most = bounds.most, count > most else { return true }
        return fail(node, "maxContains", "must contain at most \(most) that fit, and contains \(count)")
    }
}

extension [ExactText] {
    /// The first of the names in quotes.
    fileprivate var quoted: String {
        prefix(8).map { "'\($0.description.scalarPrefix(80))'" }.joined(separator: ", ") + (count > 8 ? " and \(count - 8) more" : "")
    }
}
