import FlxCore
import OrderedCollections

/// Whether readers with one schema take all that writers with another may write: the reasons why not.
struct SchemaContainment {
    private static let maximumSteps = 20_000
    private static let maximumDepth = 64

    private let writer: EventValue
    private let reader: EventValue
    private var steps = 0
    private var depth = 0
    /// The references of both sides that are compared already.
    private var compared: Set<[String]> = []
    private var reasons: [(place: String, reason: String)] = []

    init(writer: EventValue, reader: EventValue) {
        self.writer = writer
        self.reader = reader
    }

    mutating func run() -> [(place: String, reason: String)] {
        compare(writer, reader, "")
        return reasons
    }

    mutating func note(_ place: String, _ reason: String) { reasons.append((place, reason)) }

    mutating func compare(_ write: EventValue, _ read: EventValue, _ place: String) {
        steps += 1
        guard steps <= Self.maximumSteps else {
            if steps == Self.maximumSteps + 1 { note(place, "is a part of too large a schema to be compared") }
            return
        }
        if let from = write["$ref"]?.string, let to = read["$ref"]?.string, !compared.insert([from, to]).inserted { return }
        guard depth < Self.maximumDepth else { return note(place, "is nested too deeply to be compared") }
        depth += 1
        defer { depth -= 1 }
        let (write, read) = (resolved(write, in: writer), resolved(read, in: reader))
        if read == true || read == [:] || write == false { return }
        if read == false { return note(place, "is not read at all") }
        let branches = (write["anyOf"] ?? write["oneOf"])?.array ?? []
        if !branches.isEmpty, read["anyOf"] == nil, read["oneOf"] == nil {
            for branch in branches { compare(branch, read, place) }
            return
        }
        compareTypes(write, read, place)
        compareValues(write, read, place)
        compareNumbers(write, read, place)
        compareMembers(write, read, place)
        compareElements(write, read, place)
        compareBranches(write, read, place)
        compareOpaque(write, read, place)
    }

    /// A schema behind its references within the document, without annotations.
    private func resolved(_ schema: EventValue, in root: EventValue) -> EventValue {
        var schema = schema
        for _ in 0..<16 {
            guard let reference = schema["$ref"]?.string, reference.begins(with: "#"), let pointer = URIReference.fragment(of: reference),
                let target = root[pointer: pointer]
            else { break }
            schema = target
        }
        return schema.assertions
    }

    private mutating func compareBranches(_ write: EventValue, _ read: EventValue, _ place: String) {
        for (index, branch) in (read["allOf"]?.array ?? []).enumerated() where branch != write["allOf"]?[index] {
            compare(write, branch, "\(place)/allOf/\(index)")
        }
        for keyword in ["anyOf", "oneOf"] {
            guard let branches = read[keyword]?.array else { continue }
            let written = (write["anyOf"] ?? write["oneOf"])?.array ?? [write]
            for branch in written where !takesOne(of: branches, branch) {
                note("\(place)/\(keyword)", "takes none of what \(branch.shortened) allows")
            }
        }
    }

    private mutating func takesOne(of branches: [EventValue], _ write: EventValue) -> Bool {
        let (known, references) = (reasons, compared)
        defer { (reasons, compared) = (known, references) }
        return branches.contains { branch in
            (reasons, compared) = ([], references)
            compare(write, branch, "")
            return reasons.isEmpty
        }
    }

    /// Keywords that are compared as a whole: those that are the same on both sides ask nothing new.
    private mutating func compareOpaque(_ write: EventValue, _ read: EventValue, _ place: String) {
        let keywords = [
            "not", "if", "then", "else", "dependentRequired", "dependentSchemas", "contains", "minContains", "maxContains",
            "propertyNames", "patternProperties", "unevaluatedProperties", "unevaluatedItems", "$dynamicRef", "$ref",
        ]
        for keyword in keywords {
            guard let asked = read[keyword], write[keyword]?.bareSchema != asked.bareSchema else { continue }
            note("\(place)/\(keyword)", "is asked for in another way, which cannot be compared")
        }
    }
}

extension EventValue {
    /// The schema in few words.
    fileprivate var shortened: String { String(description.prefix(60)) }
}
