/// One run of an encoder: the writer that all its containers share, and what each value being encoded has opened.
///
/// A value is written at once, in the order in which its type encodes its fields. Only nested containers and super encoders, which may
/// be filled in any order, get a run of their own, whose bytes are put into their place when the value around them ends.
final class JSONEncoding {
    /// What a value being encoded has opened.
    struct Frame {
        enum Kind { case none, scalar, object, array }

        var kind = Kind.none
        /// How many arrays and objects are open around the value.
        var depth = 0
        /// Where the contents start in the bytes.
        var start = 0
        /// How many elements an array has.
        var count = 0
        /// Where the keys of an object start among all keys.
        var firstKey = 0
        /// One bit a key, by length and ends: a key whose bit is free is new, and need not be looked for.
        var keyBits: UInt64 = 0
        /// The fields come in no order of their own, and no two have one key.
        var isDictionary = false
    }

    private struct Gap {
        let level: Int
        let offset: Int
        let encoding: JSONEncoding
    }

    // Unchecked accesses: one thread uses the object, during one call, and no access to these lasts over a call of foreign code.
    @exclusivity(unchecked) var json = JSONWriter()
    @exclusivity(unchecked) private(set) var frames: [Frame] = []
    @exclusivity(unchecked) private var gaps: [Gap] = []
    /// The keys of the objects that are open.
    @exclusivity(unchecked) private var keys: [ExactText] = []
    /// The keys of the objects, by level, that have many.
    @exclusivity(unchecked) private var manyKeys: [Int: Set<ExactText>] = [:]
    /// The first misuse of a container, which its type could not be told where it happened.
    @exclusivity(unchecked) private var misuse: FlxError?
    /// The last type that turned out not to be JSONWritable: asking the runtime again would take longer than encoding.
    @exclusivity(unchecked) private var plainType: ObjectIdentifier?
    /// The last type that wrote itself as an array, and how many elements of it belong together; 0 where they have an order.
    @exclusivity(unchecked) private var arrayType: ObjectIdentifier?
    @exclusivity(unchecked) private var together = 0
    let userInfo: [CodingUserInfoKey: any Sendable]
    /// The run that this one fills a gap of, and where that is; nil for the first one.
    private weak var outer: JSONEncoding?
    private let outerOffset: Int
    /// How many arrays and objects are open around the value of this run.
    private let outerDepth: Int

    init(userInfo: [CodingUserInfoKey: any Sendable]) {
        self.userInfo = userInfo
        (outerOffset, outerDepth) = (0, 0)
    }

    private init(fillingGapOf outer: JSONEncoding, at offset: Int) {
        userInfo = outer.userInfo
        self.outer = outer
        outerOffset = offset
        outerDepth = outer.outerDepth + outer.json.depth
    }

    /// Encodes a value; errors become ours, with the place.
    /// - Parameter asCodable: by its `Codable` conformance, even if it is ``JSONWritable``.
    func encodeWhole<T: Encodable>(_ value: T, asCodable: Bool) throws(FlxError) {
        do {
            if asCodable { try encodeMembers(of: value) } else { try encode(value) }
        } catch let error as FlxError {
            guard error.location == nil else { throw error }
            throw FlxError(error.code, error.message, at: location, cause: error.cause)
        } catch let EncodingError.invalidValue(_, context) {
            throw FlxError(.invalidValue, context.debugDescription, at: location, cause: context.underlyingError)
        } catch {
            throw FlxError(.invalidValue, "\(T.self) cannot be encoded: \(error)", at: location, cause: error)
        }
    }

    /// Writes one value.
    func encode<T: Encodable>(_ value: T) throws {
        // The most common types, for which the runtime need not be asked: elements of arrays come here one by one.
        if T.self == String.self { return json.write(value as! String) }
        if T.self == Int.self { return json.writeInteger(value as! Int) }
        if T.self == Double.self { return try json.write(value as! Double) }
        if T.self == [String].self { return try json.write(value as! [String]) }
        let name = ObjectIdentifier(T.self)
        if name != plainType {
            if let type = T.self as? any JSONWritable.Type { return try write(value, as: type) }
            plainType = name
        }
        try encodeMembers(of: value)
    }

    private func encodeMembers<T: Encodable>(of value: T) throws {
        try enter()
        try value.encode(to: ValueEncoder(encoding: self, level: frames.count - 1))
        if frames.last?.kind == .array { try sortElements(of: T.self) }
        try leave()
    }

    private func write<T: JSONWritable>(_ value: Any, as type: T.Type) throws {
        try (value as! T).write(to: &json)
    }

    private func enter() throws(FlxError) {
        guard frames.count < JSONLimits.deepest else {
            throw FlxError(.limitExceeded, "the value cannot be encoded: it contains itself, or values are nested too deeply")
        }
        frames.append(Frame(depth: json.depth, start: json.count, firstKey: keys.count))
    }

    /// Ends what a value opened, and fills its gaps.
    private func leave() throws(FlxError) {
        let frame = frames.removeLast()
        if !manyKeys.isEmpty { manyKeys[frames.count] = nil }
        if keys.count > frame.firstKey { keys.removeLast(keys.count - frame.firstKey) }
        if let misuse { throw misuse }
        guard json.depth + outerDepth <= JSONLimits.standard.maximumDepth else {
            let limit = JSONLimits.standard.maximumDepth
            throw FlxError(.limitExceeded, "the value cannot be encoded: arrays and objects are nested deeper than \(limit) levels")
        }
        try fillGaps(at: frames.count)
        switch frame.kind {
        case .scalar: return
        case .none:
            json.beginObject()
            json.endObject()
        case .array: json.endArray()
        case .object:
            if frame.isDictionary { try sortFields(from: frame.start) }
            json.endObject()
        }
    }

    /// Puts what was written into the gaps of the value at a level, which ends, into their places.
    private func fillGaps(at level: Int) throws(FlxError) {
        // The gaps of the innermost value are the last ones: those of the values around it are not looked at.
        let own = gaps[(gaps.lastIndex { $0.level != level }.map { $0 + 1 } ?? 0)...]
        guard let start = own.first?.offset else { return }
        let written = json.buffer.copy(from: start)
        var (filled, place) = ([UInt8](), 0)
        for gap in own {
            filled += written[place..<gap.offset - start]
            filled += try gap.encoding.finish()
            place = gap.offset - start
        }
        json.replace(from: start, by: filled + written[place...])
        gaps.removeLast(own.count)
    }

    private func finish() throws(FlxError) -> [UInt8] {
        try leave()
        try json.check(within: outerDepth)
        return json.bytes
    }
}

extension JSONEncoding {
    /// Opens the container of a value, or goes on with it, as a class does after its superclass.
    func open(_ kind: Frame.Kind, at level: Int) {
        guard level == frames.count - 1 else { return note("a container is used after its value has ended") }
        if frames[level].kind == kind { return }
        guard frames[level].kind == .none else { return note("a value opens two containers of different kinds") }
        frames[level].kind = kind
        if kind == .object { json.beginObject() }
        if kind == .array { json.beginArray() }
        frames[level].start = json.count
    }

    /// The fields of this object have no order.
    func markDictionary(at level: Int) {
        if frames.indices.contains(level) { frames[level].isDictionary = true }
    }

    /// Writes the key of a field.
    func key(_ name: String, at level: Int) throws(FlxError) {
        try check(level)
        guard frames[level].isDictionary || note(name, at: level) else {
            throw FlxError(.invalidValue, "the key '\(name)' is encoded twice in one object")
        }
        json.key(name)
    }

    /// Notes a key of an object; false if it is there already.
    private func note(_ name: String, at level: Int) -> Bool {
        let bytes = name.utf8
        let bit: UInt64 = 1 << UInt64((bytes.count &* 7 &+ Int(bytes.first ?? 0) &* 3 &+ Int(bytes.last ?? 0) &* 5) & 63)
        if frames[level].keyBits & bit != 0, !isNew(ExactText(name), at: level) { return false }
        frames[level].keyBits |= bit
        keys.append(ExactText(name))
        return true
    }

    /// Looks for a key among those that the object has: one by one, or by hash where they are many.
    private func isNew(_ name: ExactText, at level: Int) -> Bool {
        let own = keys[frames[level].firstKey...]
        guard own.count > 64 else { return !own.contains(name) }
        if manyKeys[level]?.count != own.count { manyKeys[level, default: []].formUnion(own.dropFirst(manyKeys[level]?.count ?? 0)) }
        return manyKeys[level]?.contains(name) != true
    }

    /// Goes to the next element of an array.
    func element(at level: Int) throws(FlxError) {
        try check(level)
        frames[level].count += 1
    }

    /// Checks that the single value of a value is its only one.
    func scalar(at level: Int) throws(FlxError) {
        try check(level)
        guard frames[level].kind == .none else { throw FlxError(.invalidValue, "a value encodes itself twice") }
        frames[level].kind = .scalar
    }

    /// Starts a run for a value whose parts may come in any order; its place is here.
    func detach(at level: Int) -> JSONEncoding {
        let offset = json.gap()
        let inner = JSONEncoding(fillingGapOf: self, at: offset)
        gaps.append(Gap(level: level, offset: offset, encoding: inner))
        inner.frames.append(Frame())
        return inner
    }

    /// Keeps the first misuse, to be thrown when the value ends.
    func note(_ problem: String) {
        misuse = misuse ?? FlxError(.invalidValue, problem, at: location)
    }

    private func check(_ level: Int) throws(FlxError) {
        if let misuse { throw misuse }
        guard level == frames.count - 1 else {
            throw FlxError(.invalidValue, "a container is used while another one is open in it, or after its value has ended")
        }
    }

    /// The way to what is being written now, down to a number of open containers.
    func path(depth: Int) -> [PathKey] {
        path(before: json.count, depth: depth)
    }

    private func path(before offset: Int, depth: Int) -> [PathKey] {
        let text = json.bytes
        let own = JSONPath(in: text.span.bytes, before: min(offset, text.count)).keys(depth: depth)
        return (outer?.path(before: outerOffset, depth: .max) ?? []) + own
    }

    /// The way to the value at a level.
    func codingPath(at level: Int) -> [PathKey] {
        path(depth: frames.indices.contains(level) ? frames[level].depth : json.depth)
    }

    /// How many elements the array at a level has.
    func count(at level: Int) -> Int {
        frames.indices.contains(level) ? frames[level].count : 0
    }

    private var location: FlxError.Location {
        .init(offset: json.count, pointer: PathKey.pointer(path(depth: json.depth)))
    }

    /// Puts the elements of the array that ends into the order of their bytes, if its type has none.
    private func sortElements<T>(of type: T.Type) throws(FlxError) {
        let name = ObjectIdentifier(type)
        if name != arrayType { (arrayType, together) = (name, (type as? any Unordered.Type)?.together ?? 0) }
        let count = together
        guard count > 0, misuse == nil, let start = frames.last?.start else { return }
        try fillGaps(at: frames.count - 1)
        let text = json.buffer.copy(from: start)
        var reader = try JSONReader(text.span, limits: Self.limits)
        json.replace(from: start, by: try reader.sortedElements(each: count))
    }

    /// The limits of what is being written: its own are checked at the end.
    private static let limits = JSONLimits(maximumBytes: .max, maximumKeyBytes: .max, maximumNumberBytes: .max)

    /// Puts the fields from an offset on into the order of their keys.
    private func sortFields(from start: Int) throws(FlxError) {
        let text = json.buffer.copy(from: start)
        var reader = try JSONReader(text.span, limits: Self.limits)
        json.replace(from: start, by: try reader.sortedFields())
    }
}

extension JSONReader {
    /// The fields from here to the end of the text, which leaves their object open, in the order of their keys.
    @_lifetime(self: copy self)
    fileprivate mutating func sortedFields() throws(FlxError) -> [UInt8] {
        var fields: [(key: ExactText, range: Range<Int>)] = []
        while offset < bytes.byteCount {
            if !fields.isEmpty { offset += 1 }
            let start = offset
            let key = ExactText(try readString())
            offset += 1
            try skipValue()
            fields.append((key, start..<offset))
        }
        fields.sort { $0.key < $1.key }
        for (one, other) in zip(fields, fields.dropFirst()) where one.key == other.key {
            throw FlxError(.invalidValue, "the key '\(one.key)' is encoded twice in one object")
        }
        return joined(fields.map(\.range))
    }

    /// The elements from here to the end of the text, which leaves their array open, in the order of their bytes.
    @_lifetime(self: copy self)
    fileprivate mutating func sortedElements(each count: Int) throws(FlxError) -> [UInt8] {
        var parts: [Range<Int>] = []
        while offset < bytes.byteCount {
            if !parts.isEmpty { offset += 1 }
            let start = offset
            for index in 0..<count {
                if index > 0 { offset += 1 }
                try skipValue()
            }
            parts.append(start..<offset)
        }
        bytes.withUnsafeBytes { all in
            parts.sort { all[$0].lexicographicallyPrecedes(all[$1]) }
        }
        return joined(parts)
    }

    /// Parts of the text with commas between them.
    private func joined(_ parts: [Range<Int>]) -> [UInt8] {
        var joined: [UInt8] = []
        joined.reserveCapacity(bytes.byteCount)
        bytes.withUnsafeBytes { all in
            for part in parts {
                if !joined.isEmpty { joined.append(UInt8(ascii: ",")) }
                joined.append(contentsOf: all[part])
            }
        }
        return joined
    }
}

/// A collection that writes its elements as an array in an order that is another one in each run of a program.
private protocol Unordered {
    /// So many elements of the array belong together.
    static var together: Int { get }
}

extension Set: Unordered {
    fileprivate static var together: Int { 1 }
}

extension Dictionary: Unordered {
    fileprivate static var together: Int { 2 }
}
