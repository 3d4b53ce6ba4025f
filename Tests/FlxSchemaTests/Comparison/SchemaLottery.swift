import FlxCore
import FlxTesting
import OrderedCollections

@testable import FlxSchema

/// Random schemas, small ones that use every keyword, and values near their borders.
struct SchemaLottery {
    static let names = ["a", "b", "c", "x1"]
    static let patterns = ["^x", "a", "^[ab]$", "."]
    static let numbers: [EventValue] = [-1, 0, 1, 2, 2.5, 3, 0.1, 0.3, 5, 10]
    static let texts: [EventValue] = ["", "a", "ab", "abc", "x1", "2020-01-01", "é"]

    var random: SeededGenerator

    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[random.number(below: elements.count)] }

    /// A schema with definitions that it refers to.
    mutating func document() -> EventValue {
        var schema = schema(3)
        if schema.object == nil || random.once(in: 2) { schema = object(3) }
        schema["$defs"] = [
            "d": self.schema(2), "e": object(1), "m": joined(self.schema(1), ["$dynamicAnchor": "m", "$anchor": "n"]),
            "r": joined(object(1), ["$id": "http://e.org/r", "$dynamicAnchor": "m"]),
        ]
        return schema
    }

    mutating func schema(_ depth: Int) -> EventValue {
        switch random.number(below: depth > 0 ? 14 : 6) {
        case 0: return pick([true, false, [:], [:]])
        case 1: return ["const": pick(Self.numbers + Self.texts + [.null, true])]
        case 2: return ["enum": .array((0..<random.number(below: 4)).map { _ in pick(Self.numbers + Self.texts) })]
        case 3: return number()
        case 4: return text()
        case 5: return ["type": pick(["null", "boolean", ["string", "null"], ["integer", "string"], "object", "array"])]
        case 6: return ["$ref": pick(["#/$defs/d", "#/$defs/e", "#/$defs/m", "#", "#n", "http://e.org/r"])]
        case 7: return joined(["$ref": pick(["#/$defs/d", "#/$defs/e"])], scalarOrObject(depth - 1))
        case 8, 9: return object(depth - 1)
        case 10: return array(depth - 1)
        case 11:
            let branches: EventValue = [pick(["allOf", "anyOf", "oneOf"]): .array(branches(depth - 1))]
            return random.once(in: 2) ? branches : joined(random.once(in: 2) ? object(depth - 1) : array(depth - 1), branches)
        case 12: return joined(random.once(in: 4) ? array(depth - 1) : scalarOrObject(depth - 1), condition(depth - 1))
        default:
            guard !random.once(in: 3) else { return ["$dynamicRef": "#m"] }
            return joined(random.once(in: 4) ? array(depth - 1) : scalarOrObject(depth - 1), ["not": schema(depth - 1)])
        }
    }

    /// Schemas that have nothing to do with each other, or of which each takes what the one before takes, and perhaps more.
    mutating func branches(_ depth: Int) -> [EventValue] {
        let count = 1 + random.number(below: 3)
        guard random.once(in: 2) else { return (0..<count).map { _ in schema(depth) } }
        var branches = [scalarOrObject(depth)]
        while branches.count < count, let last = branches.last, let key = (last.object ?? [:]).keys.randomElement(using: &random) {
            var wider = last
            wider[key] = nil
            branches.append(wider)
        }
        return branches.shuffled(using: &random)
    }

    mutating func scalarOrObject(_ depth: Int) -> EventValue {
        switch random.number(below: 4) {
        case 0: number()
        case 1: text()
        default: object(depth)
        }
    }

    mutating func condition(_ depth: Int) -> EventValue {
        var schema: EventValue = ["if": self.schema(depth)]
        if !random.once(in: 4) { schema["then"] = self.schema(depth) }
        if random.once(in: 2) { schema["else"] = self.schema(depth) }
        return schema
    }

    mutating func number() -> EventValue {
        var schema: EventValue = random.once(in: 5) ? [:] : ["type": pick(["integer", "number"])]
        if random.once(in: 2) { schema[pick(["minimum", "exclusiveMinimum"])] = pick(Self.numbers) }
        if random.once(in: 3) { schema[pick(["maximum", "exclusiveMaximum"])] = pick(Self.numbers) }
        if random.once(in: 4) { schema["multipleOf"] = pick([0.1, 0.5, 1, 2, 3]) }
        return schema
    }

    mutating func text() -> EventValue {
        var schema: EventValue = random.once(in: 5) ? [:] : ["type": "string"]
        if random.once(in: 3) { schema["minLength"] = .int(random.number(below: 4)) }
        if random.once(in: 3) { schema["maxLength"] = .int(random.number(below: 4)) }
        if random.once(in: 4) { schema["pattern"] = .string(pick(Self.patterns)) }
        if random.once(in: 5) { schema["format"] = pick(["date", "uuid", "ipv4"]) }
        return schema
    }

    mutating func object(_ depth: Int) -> EventValue {
        var schema: EventValue = random.once(in: 6) ? [:] : ["type": "object"]
        for name in Self.names where random.once(in: 2) {
            if schema["properties"] == nil { schema["properties"] = [:] }
            schema["properties"]?[name] = self.schema(depth)
        }
        if random.once(in: 2) { schema["required"] = names(2) }
        if random.once(in: 6) { schema["patternProperties"] = [pick(Self.patterns): self.schema(depth)] }
        if random.once(in: 4) { schema["additionalProperties"] = random.once(in: 2) ? false : self.schema(depth) }
        if random.once(in: 8) { schema["unevaluatedProperties"] = random.once(in: 2) ? false : self.schema(depth) }
        if random.once(in: 8) { schema["propertyNames"] = text() }
        if random.once(in: 8) { schema["minProperties"] = .int(random.number(below: 3)) }
        if random.once(in: 8) { schema["maxProperties"] = .int(random.number(below: 4)) }
        if random.once(in: 10) { schema["dependentRequired"] = [pick(Self.names): names(2)] }
        if random.once(in: 12) { schema["dependentSchemas"] = [pick(Self.names): self.schema(depth)] }
        return schema
    }

    mutating func array(_ depth: Int) -> EventValue {
        var schema: EventValue = random.once(in: 6) ? [:] : ["type": "array"]
        if random.once(in: 2) { schema["items"] = self.schema(depth) }
        if random.once(in: 3) { schema["prefixItems"] = .array((0...random.number(below: 2)).map { _ in self.schema(depth) }) }
        if random.once(in: 3) { schema["contains"] = self.schema(depth) }
        if random.once(in: 4) { schema["minContains"] = .int(random.number(below: 3)) }
        if random.once(in: 5) { schema["maxContains"] = .int(random.number(below: 3)) }
        if random.once(in: 4) { schema["minItems"] = .int(random.number(below: 3)) }
        if random.once(in: 4) { schema["maxItems"] = .int(random.number(below: 4)) }
        if random.once(in: 5) { schema["uniqueItems"] = true }
        if random.once(in: 8) { schema["unevaluatedItems"] = random.once(in: 2) ? false : self.schema(depth) }
        return schema
    }

    mutating func names(_ most: Int) -> EventValue {
        .array(Set((0...random.number(below: most)).map { _ in pick(Self.names) }).sorted().map { .string($0) })
    }

    func joined(_ schema: EventValue, _ other: EventValue) -> EventValue {
        var schema = schema.object == nil ? [:] : schema
        for (key, value) in other.object ?? [:] { schema["\(key)"] = value }
        return schema
    }
}

extension SchemaLottery {
    /// A value that a schema may take, more often than not.
    mutating func value(for schema: EventValue, in document: EventValue, depth: Int = 6) -> EventValue {
        var schema = schema
        if depth == 0 || schema.object == nil || random.once(in: 40) { return anything(2) }
        if let values = schema["enum"]?.array, let value = values.randomElement(using: &random) { return value }
        if let value = schema["const"] { return value }
        if let reference = schema["$ref"]?.string ?? schema["$dynamicRef"]?.string {
            let targets = ["#n": "m", "#m": "m", "http://e.org/r": "r"]
            let name = targets[reference] ?? String(reference.split(separator: "/").last ?? "")
            let target = reference == "#" ? document : document["$defs"]?[name] ?? [:]
            schema["$ref"] = nil
            schema["$dynamicRef"] = nil
            schema = merged(target, schema)
            if target.object == nil { return anything(2) }
        }
        for keyword in ["allOf", "anyOf", "oneOf"] {
            guard let branches = schema[keyword]?.array, !branches.isEmpty else { continue }
            schema[keyword] = nil
            // A value that fits several branches is a border of `oneOf`.
            let chosen = keyword == "allOf" || random.once(in: 3) ? branches : [pick(branches)]
            for branch in chosen { schema = merged(schema, branch) }
            return value(for: schema, in: document, depth: depth - 1)
        }
        for keyword in ["then", "else"] where random.once(in: 2) {
            guard let branch = schema[keyword], branch.object != nil else { continue }
            schema[keyword] = nil
            if keyword == "then", let condition = schema["if"] { schema = merged(schema, condition) }
            return value(for: merged(schema, branch), in: document, depth: depth - 1)
        }
        return plainValue(for: schema, in: document, depth: depth)
    }

    private mutating func plainValue(for schema: EventValue, in document: EventValue, depth: Int) -> EventValue {
        let types = schema["type"]?.array?.compactMap(\.string) ?? schema["type"]?.string.map { [$0] } ?? likely(schema)
        switch pick(types.isEmpty ? ["null"] : types) {
        case "null": return .null
        case "boolean": return .bool(random.once(in: 2))
        case "integer": return near(schema, whole: true)
        case "number": return near(schema, whole: false)
        case "string":
            if schema["format"] == "date" { return pick(["2020-01-01", "x"]) }
            let length = (schema["minLength"] ?? schema["maxLength"])?.int ?? -1
            return length < 0 ? pick(Self.texts) : .string(String(repeating: pick(["a", "x", "é"]), count: max(0, length)))
        case "array": return list(schema, in: document, depth)
        default: return fields(schema, in: document, depth)
        }
    }

    private func likely(_ schema: EventValue) -> [String] {
        let kinds: [(String, [String])] = [
            ("object", ["properties", "required", "additionalProperties", "patternProperties", "propertyNames", "minProperties"]),
            ("array", ["items", "prefixItems", "contains", "minItems"]), ("string", ["pattern", "minLength", "maxLength", "format"]),
            ("number", ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]),
        ]
        let found = kinds.filter { $0.1.contains { key in schema[key] != nil } }.map(\.0)
        return found.isEmpty ? ["null", "boolean", "number", "string", "array", "object"] : found
    }

    private mutating func near(_ schema: EventValue, whole: Bool) -> EventValue {
        let bounds = ["minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum"].compactMap { schema[$0]?.double }
        let bound = bounds.randomElement(using: &random) ?? Double(random.number(in: -1...5))
        let value = bound + pick([0, 0, 1, -1, 0.5, 0.1])
        return whole && random.number(below: 5) > 0 ? .int(Int(value.rounded())) : EventValue(value) ?? 0
    }

    private mutating func fields(_ schema: EventValue, in document: EventValue, _ depth: Int) -> EventValue {
        var value: EventValue = [:]
        let required = Set((schema["required"]?.array ?? []).compactMap(\.string))
        for name in Self.names {
            let isIn = required.contains(name) ? random.number(below: 12) > 0 : random.once(in: schema["properties"]?[name] == nil ? 6 : 2)
            guard isIn else { continue }
            let inner = schema["properties"]?[name] ?? schema["additionalProperties"] ?? schema["unevaluatedProperties"] ?? true
            value[name] = self.value(for: inner, in: document, depth: depth - 1)
        }
        return value
    }

    private mutating func list(_ schema: EventValue, in document: EventValue, _ depth: Int) -> EventValue {
        let first = schema["prefixItems"]?.array ?? []
        let count = (schema["minItems"]?.int ?? schema["maxItems"]?.int ?? random.number(below: 4)) + pick([0, 0, 1])
        return .array(
            (0..<min(count, 5)).map { index in
                let inner = index < first.count ? first[index] : schema["items"] ?? true
                let chosen = schema["contains"].map { random.once(in: 2) ? $0 : inner } ?? inner
                return self.value(for: chosen, in: document, depth: depth - 1)
            })
    }

    mutating func anything(_ depth: Int) -> EventValue {
        switch random.number(below: depth > 0 ? 7 : 4) {
        case 0: return .null
        case 1: return .bool(random.once(in: 2))
        case 2: return pick(Self.numbers)
        case 3: return pick(Self.texts)
        case 4: return .array((0..<random.number(below: 3)).map { _ in anything(depth - 1) })
        default:
            var value: EventValue = [:]
            for name in Self.names where random.once(in: 2) { value[name] = anything(depth - 1) }
            return value
        }
    }

    /// Fields of two schemas together, those of the second one first.
    private func merged(_ schema: EventValue, _ other: EventValue) -> EventValue {
        guard schema.object != nil else { return other }
        var result = schema
        for (key, value) in other.object ?? [:] {
            let key = "\(key)"
            if key == "properties", let known = result[key] { result[key] = joined(known, value) } else { result[key] = value }
        }
        return result
    }
}
