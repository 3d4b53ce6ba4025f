/// A checked JSON text with an index of its values. For `Codable` types: they ask for fields in their own order.
final class JSONDocument {
    /// One value, or one key, of the text. A container is followed by its contents, an object by key, value, key, value, …
    struct Node {
        enum Kind: UInt8 {
            case null, bool, number, string, escapedString, array, object
        }

        let kind: Kind
        /// The first byte; of a string the one after its quote.
        let start: UInt32
        /// A scalar: its end. An array: its number of elements. An object: the key found last.
        var end: UInt32
        /// The node after this value and its contents.
        var next: UInt32
    }

    let bytes: [UInt8]
    /// Unchecked because only `hint` is written, by one statement, in an object used by one thread during one call.
    @exclusivity(unchecked) private(set) var nodes: [Node]
    let limits: JSONLimits
    let duplicates: DuplicateKeys
    let userInfo: [CodingUserInfoKey: any Sendable]
    /// The last type without JSONReadable: another question to the runtime would take longer than decoding.
    @exclusivity(unchecked) var plainType: ObjectIdentifier?
    /// True if the type is a dictionary.
    @exclusivity(unchecked) var plainTypeIsDictionary = false
    /// All those types; true for dictionaries. A type with several decoding attempts asks for several types in turn.
    @exclusivity(unchecked) var plainTypes: [ObjectIdentifier: Bool] = [:]
    /// The way to the value located last: its parts, from the outermost on.
    @exclusivity(unchecked) private var trail: [(value: Int, way: JSONWay)] = []
    /// The part of each container located last, with its number. The search for a later part starts there.
    @exclusivity(unchecked) private var located: [Int: (value: Int, index: Int)] = [:]

    /// The fields of objects with many, once they are looked for by hash.
    @exclusivity(unchecked) private var indexes: [Int: [ExactText: Int]] = [:]
    /// The number of fields examined one by one: the time for an object stays in proportion to its size.
    private static let scannedFields = 64

    init(
        bytes: [UInt8], nodes: [Node], limits: JSONLimits, duplicates: DuplicateKeys, userInfo: [CodingUserInfoKey: any Sendable]
    ) {
        self.duplicates = duplicates
        self.bytes = bytes
        self.nodes = nodes
        self.limits = limits
        self.userInfo = userInfo
    }

    /// The value of a field of an object; the last one if the object has several.
    func find(_ name: String, in object: Int) -> Int? {
        guard duplicates == .refused else { return last(name, in: object) }
        let first = object + 1
        let end = Int(nodes[object].next)
        let hint = Int(nodes[object].end)
        var (key, left) = (hint, Self.scannedFields)
        while key < end, left > 0 {
            if matches(key, name) { return found(key, in: object) }
            key = Int(nodes[key + 1].next)
            left -= 1
        }
        if left > 0 { key = first }
        while key < hint, left > 0 {
            if matches(key, name) { return found(key, in: object) }
            key = Int(nodes[key + 1].next)
            left -= 1
        }
        guard left == 0, let value = indexed(name, in: object) else { return nil }
        return found(value - 1, in: object)
    }

    private func last(_ name: String, in object: Int) -> Int? {
        var (key, value, left) = (object + 1, Int?.none, Self.scannedFields)
        while key < Int(nodes[object].next) {
            guard left > 0 else {
                value = indexed(name, in: object)
                break
            }
            if matches(key, name) { value = key + 1 }
            key = Int(nodes[key + 1].next)
            left -= 1
        }
        return value.map { found($0 - 1, in: object) }
    }

    /// Looks up a field among all of an object by its hash.
    private func indexed(_ name: String, in object: Int) -> Int? {
        if indexes[object] == nil {
            indexes[object] = Dictionary(fields(of: object).map { (ExactText($0.key), $0.value) }, uniquingKeysWith: { $1 })
        }
        return indexes[object]?[ExactText(name)]
    }

    @inline(__always)
    private func found(_ key: Int, in object: Int) -> Int {
        nodes[object].end = UInt32(truncatingIfNeeded: key)
        return key + 1
    }

    private func matches(_ key: Int, _ name: String) -> Bool {
        let node = nodes[key]
        guard node.kind == .string else { return ExactText.same(text(key), name) }
        let count = Int(node.end - node.start)
        guard name.utf8.count == count else { return false }
        let start = Int(node.start)
        let isEqual = name.utf8.withContiguousStorageIfAvailable { name in
            for index in 0..<count where bytes[start + index] != name[index] { return false }
            return true
        }
        return isEqual ?? ExactText.same(text(key), name)
    }

    /// The characters of a string or key.
    func text(_ node: Int) -> String {
        let value = nodes[node]
        return bytes.withUnsafeBytes { all in
            let part = UnsafeRawBufferPointer(rebasing: all[Int(value.start)..<Int(value.end)])
            return value.kind == .string ? String(decoding: part, as: UTF8.self) : JSONEscapes.text(of: part)
        }
    }

    /// The keys and values of an object.
    func fields(of object: Int) -> [(key: String, value: Int)] {
        var fields: [(String, Int)] = []
        var key = object + 1
        while key < Int(nodes[object].next) {
            fields.append((text(key), key + 1))
            key = Int(nodes[key + 1].next)
        }
        return fields
    }

    /// The start of a value.
    func offset(of node: Int) -> Int {
        let value = nodes[node]
        return Int(value.start) - (value.kind == .string || value.kind == .escapedString ? 1 : 0)
    }
}

extension JSONDocument {
    /// The error for a value of another kind than expected.
    func mismatch(_ node: Int, _ expected: String) -> FlxError {
        failure(node, "expected \(expected), found \(found(node))")
    }

    /// The error for a missing field of an object.
    func missing(_ key: some CodingKey, in object: Int) -> FlxError {
        failure(object, "the field '\(key.stringValue)' is missing")
    }

    /// An error at a value.
    func failure(_ node: Int, _ message: String, cause: (any Error)? = nil) -> FlxError {
        FlxError(.typeMismatch, message, at: .init(offset: offset(of: node), way: way(to: node)), cause: cause)
    }

    private func found(_ node: Int) -> String {
        switch nodes[node].kind {
        case .null: JSONKind.null.phrase
        case .bool: JSONKind.bool.phrase
        case .number: JSONKind.number.phrase
        case .string, .escapedString: JSONKind.string.phrase
        case .array: JSONKind.array.phrase
        case .object: JSONKind.object.phrase
        }
    }

    /// The keys and indexes on the way to a value. They are found from the top on demand.
    func path(to node: Int) -> [any CodingKey] { way(to: node)?.path ?? [] }

    /// The way to a value; nil for the whole text.
    func way(to node: Int) -> JSONWay? {
        while let (last, _) = trail.last, last > node || Int(nodes[last].next) <= node { trail.removeLast() }
        var container = trail.last?.value ?? 0
        while container != node {
            let isObject = nodes[container].kind == .object
            var (child, index) = (container + (isObject ? 2 : 1), 0)
            if let last = located[container], last.value <= node { (child, index) = last }
            // A value of an object is usually asked for when it was just found.
            let found = Int(nodes[container].end) + 1
            if isObject, found > child, found <= node { child = found }
            while Int(nodes[child].next) <= node {
                child = Int(nodes[child].next) + (isObject ? 1 : 0)
                index += 1
            }
            let key = isObject ? PathKey(text(child - 1)) : PathKey(index)
            located[container] = (child, index)
            trail.append((child, JSONWay(key, in: trail.last?.way)))
            container = child
        }
        return trail.last?.way
    }
}
