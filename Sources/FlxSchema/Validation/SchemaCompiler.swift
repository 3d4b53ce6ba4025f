import FlxCore

/// Makes a program of a schema: finds the documents it refers to, and compiles all reachable parts.
///
/// It walks without recursion. A schema with more work than ``maximumWork`` is refused.
struct SchemaCompiler {
    /// The maximum number of subschemas, long pointers counting as more.
    static let maximumWork = 10_000
    /// The maximum number of instructions of all patterns.
    static let maximumInstructions = 50_000

    /// The longest URI in bytes.
    static let maximumURI = 1024

    private let resolver: SchemaResolver
    let assertsFormats: Bool
    /// True if the program notes the content of texts, without any check of values.
    let notesContent: Bool
    /// True if a dialect may be missing in the resolver: the keywords of a schema with such a dialect are not examined.
    private let takesAnyDialect: Bool
    private(set) var resources: [SchemaResource] = []
    private var indices: [ExactText: Int] = [:]
    /// The dialects used so far: many schemas may name one, and the document of each is read once.
    private var dialects: [ExactText: SchemaVocabularies] = [:]
    private var numbers: [SchemaPlace: Int] = [:]
    private var pending: [(number: Int, place: SchemaPlace, schema: EventValue)] = []
    private var dynamicNames: Set<ExactText> = []
    private var patterns: [ExactText: TextPattern] = [:]
    private var instructions = 0
    private var work = 0
    /// True if it ended because a document is missing in the resolver.
    private(set) var lacksDocument = false
    var program = SchemaProgram()

    init(resolver: SchemaResolver, assertsFormats: Bool, notesContent: Bool = false, takesAnyDialect: Bool = false) {
        self.resolver = resolver
        self.assertsFormats = assertsFormats
        self.notesContent = notesContent
        self.takesAnyDialect = takesAnyDialect
    }

    /// Compiles a document and all documents it refers to.
    mutating func compile(_ document: EventValue, at uri: String) throws(FlxError) -> SchemaProgram {
        let root = try add(document, at: URIReference(uri))
        _ = try node(at: root, document)
        repeat {
            while let next = pending.popLast() {
                program.nodes[next.number].keywords = try keywords(of: next.schema, at: next.place)
            }
            try reachDynamicAnchors()
        } while !pending.isEmpty
        let anchors = Dictionary(grouping: program.dynamicAnchors, by: \.key.name)
        program.dynamicTargets = anchors.mapValues { $0.map(\.value).sorted() }
        return program
    }

    /// The number of the node of a schema.
    mutating func node(at place: SchemaPlace, _ schema: EventValue) throws(FlxError) -> Int {
        let place = entered(place, schema)
        if let number = numbers[place] { return number }
        try spend(on: place.pointer)
        let number = program.nodes.count
        numbers[place] = number
        let resource = resources[place.resource]
        program.nodes.append(SchemaNode(location: resource.location(of: place.pointer), resource: place.resource))
        pending.append((number, place, schema))
        return number
    }

    /// The number of the node of a subschema under a key.
    mutating func node(_ key: String, in schema: EventValue, at place: SchemaPlace) throws(FlxError) -> Int? {
        guard let inner = schema[key] else { return nil }
        return try node(at: place.appending(key), inner)
    }

    /// A place at the beginning of a resource becomes the beginning of that resource.
    private func entered(_ place: SchemaPlace, _ schema: EventValue) -> SchemaPlace {
        guard !place.pointer.isEmpty, let id = schema["$id"]?.string else { return place }
        let uri = URIReference(id).resolved(against: resources[place.resource].uri)
        return indices[uri.description].map { SchemaPlace(resource: $0, pointer: "") } ?? place
    }

    /// The possible targets of a dynamic reference in each resource reached so far.
    private mutating func reachDynamicAnchors() throws(FlxError) {
        guard !dynamicNames.isEmpty else { return }
        let reached = Set(program.nodes.map(\.resource)).sorted()
        // A new node may lead to another name, and each name to another round through all of them.
        try spend(reached.reduce(program.nodes.count) { $0 + resources[$1].dynamicAnchors.count } / 256)
        for index in reached {
            for (name, pointer) in resources[index].dynamicAnchors where dynamicNames.contains(name) {
                let key = SchemaProgram.DynamicAnchor(resource: index, name: name)
                guard program.dynamicAnchors[key] == nil, let schema = resources[index].root[pointer: pointer] else { continue }
                program.dynamicAnchors[key] = try node(at: SchemaPlace(resource: index, pointer: pointer), schema)
            }
        }
    }

    private mutating func spend(on text: String) throws(FlxError) {
        try spend(1 + text.utf8.count / 64)
    }

    /// Subtracts work from the rest.
    mutating func spend(_ count: Int) throws(FlxError) {
        work += count
        guard work <= Self.maximumWork else {
            throw FlxError(.limitExceeded, "schema: it has too many parts; at most \(Self.maximumWork) are taken")
        }
    }

    /// A pattern, compiled once.
    mutating func pattern(_ text: String, at place: SchemaPlace) throws(FlxError) -> TextPattern {
        if let known = patterns[text] { return known }
        let pattern: TextPattern
        do {
            pattern = try TextPattern(text)
        } catch {
            throw fault(error.message, at: place, code: error.code)
        }
        instructions += max(pattern.program.count, pattern.work / 4)
        guard instructions <= Self.maximumInstructions else { throw fault("all patterns together are too large", at: place) }
        patterns[text] = pattern
        return pattern
    }

    func fault(_ what: String, at place: SchemaPlace, code: FlxError.Code = .invalidValue) -> FlxError {
        FlxError(code, "schema: \(resources[place.resource].location(of: place.pointer).scalarPrefix(200)): \(what)")
    }
}

extension SchemaCompiler {
    /// Adds a document with all of its resources and anchors, and returns its beginning.
    private mutating func add(_ document: EventValue, at uri: URIReference) throws(FlxError) -> SchemaPlace {
        program.refersToAnnotations = program.refersToAnnotations || document.refersToAnnotations
        let own = try id(of: document, seenFrom: uri) ?? uri
        let root = try addResource(document, own, within: nil)
        if indices[uri.description] == nil { indices[uri.description] = root }
        var open = [(schema: document, place: SchemaPlace(resource: root, pointer: ""))]
        while let (schema, place) = open.popLast() {
            try note(anchorsOf: schema, at: place)
            for (keys, inner) in schema.subschemas {
                var next = keys.reduce(place) { $0.appending($1) }
                try spend(on: next.pointer)
                if let uri = try id(of: inner, seenFrom: resources[place.resource].uri) {
                    next = SchemaPlace(resource: try addResource(inner, uri, within: place.resource), pointer: "")
                }
                open.append((inner, next))
            }
        }
        return SchemaPlace(resource: root, pointer: "")
    }

    /// The URI of a schema by its own `$id`; nil without one.
    private mutating func id(of schema: EventValue, seenFrom base: URIReference) throws(FlxError) -> URIReference? {
        guard let id = schema["$id"]?.string else { return nil }
        guard id.utf8.count <= Self.maximumURI else {
            throw FlxError(.limitExceeded, "schema: '$id': a URI has at most \(Self.maximumURI) bytes")
        }
        try spend(on: id)
        let uri = URIReference(id).resolved(against: base)
        guard uri.description.utf8.count <= Self.maximumURI else {
            throw FlxError(.limitExceeded, "schema: '$id': with those around it a URI has at most \(Self.maximumURI) bytes")
        }
        return uri
    }

    private mutating func addResource(_ schema: EventValue, _ uri: URIReference, within outer: Int?) throws(FlxError) -> Int {
        var vocabularies = outer.map { resources[$0].vocabularies } ?? .standard
        if let dialect = schema["$schema"]?.string { vocabularies = try self.vocabularies(of: dialect) }
        if let other = indices[uri.description], resources[other].root != schema {
            throw FlxError(.invalidValue, "schema: '$id': two schemas have the URI '\(uri)'; a fragment does not distinguish them")
        }
        resources.append(SchemaResource(uri: uri, root: schema, vocabularies: vocabularies))
        indices[uri.description] = resources.count - 1
        return resources.count - 1
    }

    private mutating func vocabularies(of dialect: String) throws(FlxError) -> SchemaVocabularies {
        let uri = URIReference(dialect).description
        if ExactText.same(uri, MetaSchema.dialect) { return .standard }
        if let known = dialects[uri] { return known }
        guard let document = try resolver.document(uri) else {
            if takesAnyDialect { return [] }
            throw FlxError(
                .invalidValue,
                "schema: its dialect is '\(dialect)', and this program knows '\(MetaSchema.dialect)'; "
                    + "a dialect of your own needs a resolver that has it")
        }
        let vocabularies = try SchemaVocabularies(ofDialect: document, named: uri)
        dialects[uri] = vocabularies
        return vocabularies
    }

    private mutating func note(anchorsOf schema: EventValue, at place: SchemaPlace) throws(FlxError) {
        for keyword in ["$anchor", "$dynamicAnchor"] {
            guard let name = schema[keyword]?.string else { continue }
            if let other = resources[place.resource].anchors.updateValue(place.pointer, forKey: ExactText(name)),
                !ExactText.same(other, place.pointer)
            {
                throw fault("'\(keyword)': the name '\(name)' is given twice", at: place)
            }
            if keyword == "$dynamicAnchor" { resources[place.resource].dynamicAnchors[name] = place.pointer }
        }
    }

    /// The meaning of `$ref`: the node of another schema.
    mutating func reference(_ text: String, at place: SchemaPlace) throws(FlxError) -> (number: Int, place: SchemaPlace) {
        guard text.utf8.count <= Self.maximumURI else {
            throw fault("a reference has at most \(Self.maximumURI) bytes", at: place, code: .limitExceeded)
        }
        try spend(on: text)
        let uri = URIReference(text).resolved(against: resources[place.resource].uri)
        let fragment = text.utf8.contains(UInt8(ascii: "#")) ? URIReference.fragment(of: text) : ""
        guard let fragment else { throw fault("the fragment of '\(text)' cannot be read", at: place) }
        let resource = try self.resource(uri, for: text, at: place)
        var target = SchemaPlace(resource: resource, pointer: "")
        if fragment.isEmpty || fragment.begins(with: "/") {
            target = follow(fragment, from: target)
        } else if let pointer = resources[resource].anchors[fragment] {
            target.pointer = pointer
        } else {
            throw fault("'\(text)' names an anchor that is not there", at: place, code: .notFound)
        }
        guard let schema = resources[target.resource].root[pointer: target.pointer] else {
            throw fault("'\(text)' points to nothing", at: place, code: .notFound)
        }
        return (try node(at: target, schema), target)
    }

    /// The meaning of `$dynamicRef`: if its target has a dynamic anchor of its name, the outermost one of that name.
    mutating func dynamicReference(_ text: String, at place: SchemaPlace) throws(FlxError) -> SchemaKeyword {
        let (number, target) = try reference(text, at: place)
        guard let name = URIReference.fragment(of: text).map({ ExactText($0) }),
            ExactText.same(resources[target.resource].dynamicAnchors[name], target.pointer)
        else {
            return .reference(number)
        }
        dynamicNames.insert(name)
        return .dynamicReference(number, anchor: name)
    }

    private mutating func resource(_ uri: URIReference, for text: String, at place: SchemaPlace) throws(FlxError) -> Int {
        let name = uri.description
        if let known = indices[name] { return known }
        lacksDocument = true
        guard let document = try resolver.document(name) else {
            let reason = "'\(text)' refers to '\(name)', unknown to the resolver; nothing is fetched from a network"
            throw fault(reason, at: place, code: .notFound)
        }
        lacksDocument = false
        return try add(document, at: uri).resource
    }

    /// Follows a pointer over the borders of nested resources.
    private func follow(_ pointer: String, from start: SchemaPlace) -> SchemaPlace {
        var (place, schema) = (start, EventValue?.some(resources[start.resource].root))
        for token in pointer.parts(at: "/").dropFirst() {
            place.pointer += "/" + token
            schema = schema?[pointer: "/" + token]
            if let schema { place = entered(place, schema) }
        }
        return place
    }
}
