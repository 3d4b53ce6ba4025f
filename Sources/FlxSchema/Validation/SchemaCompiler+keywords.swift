import FlxCore
import OrderedCollections

extension SchemaCompiler {
    /// The demands of a schema.
    mutating func keywords(of schema: EventValue, at place: SchemaPlace) throws(FlxError) -> [SchemaKeyword] {
        switch schema {
        case .bool(let isTrue): return isTrue ? [] : [.never]
        case .object: break
        default: throw fault("a schema is an object, true or false", at: place)
        }
        let vocabularies = resources[place.resource].vocabularies
        var keywords = try references(of: schema, at: place)
        if vocabularies.contains(.validation) { keywords += try assertions(of: schema, at: place) }
        if assertsFormats || vocabularies.contains(.formatAssertion), let name = schema["format"]?.string {
            if let format = SchemaFormat(rawValue: name) { keywords.append(.format(format)) }
        }
        for keyword in ["contentEncoding", "contentMediaType"] where notesContent {
            if let content = schema[keyword]?.string { keywords.append(.content("\(keyword) \(content)")) }
        }
        if vocabularies.contains(.applicator) { keywords += try applicators(of: schema, at: place) }
        if vocabularies.contains(.unevaluated) { keywords += try unevaluated(of: schema, at: place) }
        return keywords
    }

    private mutating func references(of schema: EventValue, at place: SchemaPlace) throws(FlxError) -> [SchemaKeyword] {
        var keywords: [SchemaKeyword] = []
        if let reference = try text("$ref", of: schema, at: place) {
            keywords.append(.reference(try self.reference(reference, at: place).number))
        }
        if let reference = try text("$dynamicRef", of: schema, at: place) {
            keywords.append(try dynamicReference(reference, at: place))
        }
        return keywords
    }

    private mutating func assertions(of schema: EventValue, at place: SchemaPlace) throws(FlxError) -> [SchemaKeyword] {
        var keywords: [SchemaKeyword] = []
        if let types = schema["type"] { keywords.append(.type(try self.types(types, at: place))) }
        if let values = try array("enum", of: schema, at: place) {
            let shown = values.prefix(8).map(\.description).joined(separator: ", ") + (values.count > 8 ? ", …" : "")
            let known = values.map { $0.canonical() }
            try spend(values.count / 16 + known.reduce(0) { $0 + $1.count } / 1024)
            keywords.append(.enumeration(Set(known), values, shown: String(shown.scalarPrefix(200))))
        }
        if let value = schema["const"] {
            // Values may be nested, and references may lead to each of them.
            let bytes = value.canonical()
            try spend(bytes.count / 1024)
            keywords.append(.constant(bytes, value, shown: String(value.description.scalarPrefix(200))))
        }
        for bound in [SchemaBound.minimum, .maximum, .exclusiveMinimum, .exclusiveMaximum] {
            if let number = try number(bound.rawValue, of: schema, at: place) { keywords.append(.bound(bound, number)) }
        }
        if let number = try number("multipleOf", of: schema, at: place) {
            guard SchemaNumber(0) < number else { throw fault("'multipleOf' must be greater than 0", at: place) }
            keywords.append(.multipleOf(number))
        }
        if let count = try count("minLength", "maxLength", of: schema, at: place) { keywords.append(.length(count)) }
        if let pattern = try text("pattern", of: schema, at: place) { keywords.append(.pattern(try self.pattern(pattern, at: place))) }
        if let count = try count("minItems", "maxItems", of: schema, at: place) { keywords.append(.items(count)) }
        if let isUnique = schema["uniqueItems"] {
            guard let isUnique = isUnique.bool else { throw fault("'uniqueItems' must be true or false", at: place) }
            if isUnique { keywords.append(.uniqueItems) }
        }
        if let count = try count("minProperties", "maxProperties", of: schema, at: place) { keywords.append(.properties(count)) }
        if let names = try names("required", of: schema, at: place) { keywords.append(.required(names)) }
        if let dependent = try object("dependentRequired", of: schema, at: place) {
            var rules: [(ExactText, [ExactText])] = []
            for key in dependent.keys { rules.append((key, try names(key.description, of: .object(dependent), at: place) ?? [])) }
            keywords.append(.dependentRequired(rules))
        }
        return keywords
    }

    private mutating func applicators(of schema: EventValue, at place: SchemaPlace) throws(FlxError) -> [SchemaKeyword] {
        var keywords: [SchemaKeyword] = []
        if let members = try members(of: schema, at: place) { keywords.append(.members(members)) }
        if let node = try node("propertyNames", in: schema, at: place) { keywords.append(.propertyNames(node)) }
        let first = try nodes("prefixItems", of: schema, at: place)
        let rest = try node("items", in: schema, at: place)
        if first != nil || rest != nil { keywords.append(.elements(first: first ?? [], rest: rest)) }
        if let node = try node("contains", in: schema, at: place) {
            let isCounted = resources[place.resource].vocabularies.contains(.validation)
            let count = isCounted ? try count("minContains", "maxContains", of: schema, at: place) : nil
            let least = isCounted && schema["minContains"] != nil ? count?.least ?? 1 : 1
            keywords.append(.contains(node, SchemaCount(least: least, most: count?.most)))
        }
        if let nodes = try nodes("allOf", of: schema, at: place) { keywords.append(.allOf(nodes)) }
        if let nodes = try nodes("anyOf", of: schema, at: place) { keywords.append(.anyOf(nodes)) }
        if let nodes = try nodes("oneOf", of: schema, at: place) { keywords.append(.oneOf(nodes)) }
        if let node = try node("not", in: schema, at: place) { keywords.append(.not(node)) }
        if let condition = try node("if", in: schema, at: place) {
            let then = try node("then", in: schema, at: place)
            keywords.append(.condition(if: condition, then: then, else: try node("else", in: schema, at: place)))
        }
        let dependent = try named("dependentSchemas", of: schema, at: place)
        if !dependent.isEmpty { keywords.append(.dependentSchemas(dependent)) }
        return keywords
    }

    private mutating func unevaluated(of schema: EventValue, at place: SchemaPlace) throws(FlxError) -> [SchemaKeyword] {
        var keywords: [SchemaKeyword] = []
        if let node = try node("unevaluatedItems", in: schema, at: place) { keywords.append(.unevaluatedItems(node)) }
        if let node = try node("unevaluatedProperties", in: schema, at: place) { keywords.append(.unevaluatedProperties(node)) }
        if !keywords.isEmpty { program.tracksEvaluated = true }
        return keywords
    }

    private mutating func members(of schema: EventValue, at place: SchemaPlace) throws(FlxError) -> SchemaMembers? {
        var members = SchemaMembers()
        for (name, node) in try named("properties", of: schema, at: place) { members.named[name] = node }
        for (text, node) in try named("patternProperties", of: schema, at: place) {
            members.add(try pattern(text.description, at: place), node)
        }
        members.others = try node("additionalProperties", in: schema, at: place)
        return members.named.isEmpty && members.matching.isEmpty && members.others == nil ? nil : members
    }
}
