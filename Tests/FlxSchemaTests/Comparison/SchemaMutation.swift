import FlxCore
import FlxTesting
import OrderedCollections

@testable import FlxSchema

/// A change that somebody makes to a schema.
enum SchemaMutation: String, CaseIterable, Sendable {
    case nothing, annotate, addOptional, addRequired, removeProperty, require, unrequire, close, open, addNull, removeType, widenEnum
    case narrowEnum, tighten, loosen, wrapAllOf, wrapAnyOf, wrapOneOf, moveToDefinitions, besideReference, reorder, addBranch, dropBranch
    case anyToOne, addNot, addCondition, closeUnevaluated, addPattern, addContains, addFormat, replace, changeDefinition, random

    /// Those that people make every day.
    static let plain: [SchemaMutation] = [
        .nothing, .annotate, .addOptional, .addRequired, .removeProperty, .require, .unrequire, .addNull, .widenEnum, .narrowEnum, .tighten,
        .loosen, .moveToDefinitions,
    ]

    /// The schema after the change, which is made in one random place.
    func applied(to document: EventValue, _ lottery: inout SchemaLottery) -> EventValue {
        if self == .random { return lottery.document() }
        if self == .changeDefinition {
            var changed = document
            let name = lottery.pick(["d", "e"])
            changed["$defs"]?[name] = Self.tighten.change(document["$defs"]?[name] ?? true, &lottery)
            return changed
        }
        var places = [[[String]]]()
        Self.collect(document, [], &places)
        if self == .besideReference, lottery.random.number(below: 4) > 0 {
            // A reference more says nothing of what stands beside those that are there.
            var referring = [[[String]]]()
            Self.collect(document, [], &referring) { $0["$ref"] != nil && $0["$defs"] == nil }
            if !referring.isEmpty { places = referring }
        }
        if self == .moveToDefinitions {
            // Not out of a resource with a URI of its own.
            let place = lottery.pick(places.filter { !$0.isEmpty && $0[0] != ["$defs", "r"] })
            var moved: EventValue = true
            var changed = Self.rewritten(document, place[...]) { schema in
                moved = schema
                return ["$ref": "#/$defs/moved"]
            }
            changed["$defs"]?["moved"] = moved
            return changed
        }
        // Most changes are for schemas of some form, and places near the root say more about values.
        var changed = document
        for _ in 0..<12 where changed == document {
            let place = [lottery.pick(places), lottery.pick(places)].min { $0.count < $1.count } ?? []
            changed = Self.rewritten(document, place[...]) { change($0, &lottery) }
        }
        return changed
    }

    private static func collect(
        _ schema: EventValue, _ place: [[String]], _ places: inout [[[String]]], where isMeant: (EventValue) -> Bool = { _ in true }
    ) {
        if isMeant(schema) { places.append(place) }
        for (keys, inner) in schema.subschemas { collect(inner, place + [keys], &places, where: isMeant) }
    }

    static func rewritten(
        _ schema: EventValue, _ place: ArraySlice<[String]>, _ change: (EventValue) -> EventValue
    ) -> EventValue {
        guard let keys = place.first else { return change(schema) }
        var schema = schema
        if keys.count == 1 {
            schema[keys[0]] = rewritten(schema[keys[0]] ?? true, place.dropFirst(), change)
        } else if var elements = schema[keys[0]]?.array, let index = Int(keys[1]) {
            elements[index] = rewritten(elements[index], place.dropFirst(), change)
            schema[keys[0]] = .array(elements)
        } else {
            let inner = rewritten(schema[keys[0]]?[keys[1]] ?? true, place.dropFirst(), change)
            schema[keys[0]]?[keys[1]] = inner
        }
        return schema
    }

    private func change(_ schema: EventValue, _ lottery: inout SchemaLottery) -> EventValue {
        guard schema.object != nil else { return self == .nothing || self == .annotate ? schema : lottery.schema(1) }
        var new = schema
        let name = lottery.pick(SchemaLottery.names)
        switch self {
        case .nothing, .random, .changeDefinition, .moveToDefinitions: break
        case .annotate: new["description"] = "x"
        case .addOptional, .addRequired:
            if new["properties"] == nil { new["properties"] = [:] }
            guard new["properties"]?[name] == nil else { return new }
            new["properties"]?[name] = lottery.schema(1)
            if self == .addRequired { new["required"] = .array((new["required"]?.array ?? []) + [.string(name)]) }
        case .removeProperty: new["properties"]?[name] = nil
        case .require: new["required"] = lottery.names(2)
        case .unrequire: new["required"] = nil
        case .close: new["additionalProperties"] = false
        case .open: new["additionalProperties"] = lottery.pick([nil, true])
        case .addNull: new["type"] = new["type"].map { .array(($0.array ?? [$0]).filter { $0 != "null" } + ["null"]) }
        case .removeType: new["type"] = new["type"]?.array.map { .array(Array($0.prefix(1))) }
        case .widenEnum: new["enum"] = new["enum"]?.array.map { .array($0 + [lottery.pick(SchemaLottery.texts)]) }
        case .narrowEnum: new["enum"] = new["enum"]?.array.map { .array(Array($0.dropFirst())) }
        case .tighten, .loosen: return bounded(new, &lottery)
        case .wrapAllOf: return wrapped(new, "allOf")
        case .wrapAnyOf: return wrapped(new, "anyOf")
        case .wrapOneOf: return wrapped(new, "oneOf")
        case .besideReference:
            // Something beside a reference that is there, or a reference beside something.
            guard new["$ref"] == nil else { return lottery.joined(new, lottery.scalarOrObject(0)) }
            new["$ref"] = lottery.pick(["#/$defs/d", "#/$defs/e"])
        case .reorder:
            new = [:]
            for (key, value) in (schema.object ?? [:]).shuffled(using: &lottery.random) {
                new["\(key)"] = ["allOf", "anyOf", "oneOf", "enum"].contains("\(key)") ? .array((value.array ?? []).reversed()) : value
            }
        case .addBranch:
            let keyword = ["anyOf", "oneOf"].first { new[$0] != nil } ?? "anyOf"
            new[keyword] = .array((new[keyword]?.array ?? []) + [lottery.schema(1)])
        case .dropBranch:
            for keyword in ["allOf", "anyOf", "oneOf"] {
                if let branches = new[keyword]?.array, branches.count > 1 { new[keyword] = .array(Array(branches.dropFirst())) }
            }
        case .anyToOne: (new["anyOf"], new["oneOf"]) = (new["oneOf"], new["anyOf"])
        case .addNot: new["not"] = lottery.schema(1)
        case .addCondition: new = lottery.joined(new, lottery.condition(1))
        case .closeUnevaluated: new[lottery.pick(["unevaluatedProperties", "unevaluatedItems"])] = false
        case .addPattern: new["patternProperties"] = [lottery.pick(SchemaLottery.patterns): lottery.schema(1)]
        case .addContains: new["contains"] = lottery.schema(1)
        case .addFormat: new["format"] = lottery.pick(["date", "uuid"])
        case .replace: return lottery.joined(lottery.schema(2), kept(schema))
        }
        return new
    }

    /// What definitions and references need, in a schema of its own place.
    private func kept(_ schema: EventValue) -> EventValue {
        var kept: EventValue = [:]
        for key in ["$defs", "$id", "$anchor", "$dynamicAnchor"] { kept[key] = schema[key] }
        return kept
    }

    private func wrapped(_ schema: EventValue, _ keyword: String) -> EventValue {
        var (inner, outer) = (schema, kept(schema))
        for key in ["$defs", "$id", "$anchor", "$dynamicAnchor"] { inner[key] = nil }
        outer[keyword] = [inner]
        return outer
    }

    private func bounded(_ schema: EventValue, _ lottery: inout SchemaLottery) -> EventValue {
        var (new, isUp) = (schema, self == .tighten)
        let lowest = ["minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties", "minContains"]
        let highest = ["maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties", "maxContains"]
        var found = false
        for (keys, isLowest) in [(lowest, true), (highest, false)] {
            isUp = (self == .tighten) == isLowest
            for key in keys {
                guard let value = new[key]?.int else { continue }
                found = true
                new[key] = .int(max(key.contains("imum") ? -9 : 0, value + (isUp ? 1 : -1)))
            }
        }
        guard !found, self == .tighten else { return new }
        new[lottery.pick(["minimum", "minLength", "minItems", "minProperties"])] = .int(lottery.random.number(in: 0...2))
        return new
    }
}
