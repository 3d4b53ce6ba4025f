/// One run of an encoder: the writer shared by all its containers, and the open containers of each value.
///
/// A value is written at once, in the order of encoding of its fields. Nested containers and super encoders may be filled in any order.
/// Only they get a run of their own; its bytes are inserted when the value around them ends.
final class JSONEncoding {
    /// The open arrays and objects of an encoded value.
    struct Frame {
        enum Kind { case none, scalar, object, array }

        var kind = Kind.none
        /// The number of open arrays and objects around the value.
        var depth = 0
        /// The start of the contents in the bytes.
        var start = 0
        /// The number of elements of an array.
        var count = 0
        /// The key of the field written last.
        var key: String?
        /// The way to the value from the beginning of its run; set on first use.
        var way: JSONWay?
        /// The start of an object's keys among all keys.
        var firstKey = 0
        /// One bit per key, by its length and ends. If the bit of a key is free, the key is new and needs no search.
        var keyBits: UInt64 = 0
        /// The fields have no order of their own, and their keys are unique.
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
    /// The keys of the open objects.
    @exclusivity(unchecked) private var keys: [ExactText] = []
    /// The keys of objects with many fields, by level.
    @exclusivity(unchecked) private var manyKeys: [Int: Set<ExactText>] = [:]
    /// The first misuse of a container; its type could not receive the error at that point.
    @exclusivity(unchecked) private(set) var misuse: FlxError?
    /// The last type without JSONWritable: another question to the runtime would take longer than encoding.
    @exclusivity(unchecked) private var plainType: ObjectIdentifier?
    /// The last type written as an array, and its number of array elements per element; 0 if they have an order.
    @exclusivity(unchecked) var arrayType: ObjectIdentifier?
    @exclusivity(unchecked) var together = 0
    let userInfo: [CodingUserInfoKey: any Sendable]
    /// The run with a gap for this run; nil for the first one.
    private weak var outer: JSONEncoding?
    private let outerWay: JSONWay?
    /// The number of open arrays and objects around the value of this run.
    private let outerDepth: Int
    /// The start of the first run in the bytes, and true if a value is before it in an array.
    private var begin = (offset: 0, isBehindValue: false)
    @exclusivity(unchecked) private var knownBeginning: JSONWay??
    /// The place of the last failure, until something else is written.
    @exclusivity(unchecked) private var place: FlxError.Location?

    init(userInfo: [CodingUserInfoKey: any Sendable]) {
        self.userInfo = userInfo
        (outerWay, outerDepth) = (nil, 0)
    }

    private init(fillingGapOf outer: JSONEncoding, way: JSONWay?) {
        userInfo = outer.userInfo
        self.outer = outer
        outerWay = way
        outerDepth = outer.outerDepth + outer.json.depth
    }

    /// Encodes a value; errors become ours, with the place.
    /// - Parameter asCodable: by its `Codable` conformance, even if it is ``JSONWritable``.
    func encodeWhole<T: Encodable>(_ value: T, asCodable: Bool) throws(FlxError) {
        begin = (json.count, json.isBehindValue)
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
        // The most common types need no question to the runtime: elements of arrays are encoded here one by one.
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

    /// Closes the open containers of a value, and fills its gaps.
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

    /// Inserts the bytes for the gaps of the value at a level. The value ends.
    func fillGaps(at level: Int) throws(FlxError) {
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
    /// Opens the container of a value, or continues it, as a class does after its superclass.
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

    /// The part to be written: a field of an object, an element of an array, or the whole value.
    enum Member { case field(String), element, whole }

    /// Writes a member of the value at a level. After a failure nothing of the member remains: the type may continue without it, or write
    /// it in another way.
    func write(_ member: Member, at level: Int, _ body: () throws -> Void) throws {
        try check(level)
        let (kind, count, keyCount, gapCount) = (frames[level].kind, frames[level].count, keys.count, gaps.count)
        let mark = json.mark
        do {
            try begin(member, at: level)
            try body()
        } catch {
            note(failureAt: level, from: mark.count)
            while frames.count > level + 1 {
                frames.removeLast()
                if !manyKeys.isEmpty { manyKeys[frames.count] = nil }
            }
            (frames[level].kind, frames[level].count) = (kind, count)
            keys.removeLast(keys.count - keyCount)
            gaps.removeLast(gaps.count - gapCount)
            json.restore(mark)
            throw error
        }
    }

    /// Begins a member of the value at a level. The member's place is here.
    private func begin(_ member: Member, at level: Int) throws(FlxError) {
        if place != nil { tell(nil) }
        switch member {
        case .field(let name):
            frames[level].key = name
            guard frames[level].isDictionary || note(name, at: level) else {
                throw FlxError(.invalidValue, "the key '\(name)' is encoded twice in one object")
            }
            json.key(name)
        case .element: frames[level].count += 1
        case .whole:
            guard frames[level].kind == .none else { throw FlxError(.invalidValue, "a value encodes itself twice") }
            frames[level].kind = .scalar
        }
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

    /// Returns true for a key that is new in the object. Searches one by one, or by hash if there are many keys.
    private func isNew(_ name: ExactText, at level: Int) -> Bool {
        let own = keys[frames[level].firstKey...]
        guard own.count > 64 else { return !own.contains(name) }
        if manyKeys[level]?.count != own.count { manyKeys[level, default: []].formUnion(own.dropFirst(manyKeys[level]?.count ?? 0)) }
        return manyKeys[level]?.contains(name) != true
    }

    /// Starts a run for a member whose parts may be written in any order.
    func detach(_ member: Member, at level: Int) -> JSONEncoding {
        do {
            try check(level)
            try begin(member, at: level)
        } catch {
            note(error.message)
        }
        let inner = JSONEncoding(fillingGapOf: self, way: frames.indices.contains(level) ? wayOfMember(at: level) : outerWay)
        gaps.append(Gap(level: level, offset: json.gap(), encoding: inner))
        inner.frames.append(Frame())
        return inner
    }

    /// Keeps the first misuse, to be thrown when the value ends.
    func note(_ problem: String) {
        guard misuse == nil else { return }
        misuse = FlxError(.invalidValue, problem)
        tell(.init(offset: json.count, way: frames.isEmpty ? outerWay : way(to: frames.count - 1)))
    }

    private func check(_ level: Int) throws(FlxError) {
        if let misuse { throw misuse }
        guard level == frames.count - 1 else {
            throw FlxError(.invalidValue, "a container is used while another one is open in it, or after its value has ended")
        }
    }

    /// The number of elements of the array at a level.
    func count(at level: Int) -> Int {
        frames.indices.contains(level) ? frames[level].count : 0
    }
}

// Places, found from the open containers, and not from earlier text.
extension JSONEncoding {
    /// The outermost run.
    private var first: JSONEncoding { outer?.first ?? self }

    /// The way to the value at a level, as far as this run and those around it go.
    private func way(to level: Int) -> JSONWay? {
        guard level > 0 else { return outerWay }
        if frames[level].way == nil { frames[level].way = wayOfMember(at: level - 1) }
        return frames[level].way
    }

    /// The way to the member of the value at a level.
    private func wayOfMember(at level: Int) -> JSONWay? {
        let way = way(to: level)
        switch frames[level].kind {
        case .object: return frames[level].key.map { JSONWay(PathKey($0), in: way) } ?? way
        case .array: return JSONWay(PathKey(frames[level].count - 1), in: way)
        case .none, .scalar: return way
        }
    }

    /// The way to the beginning of the first run, within the text of other writers; found once.
    private var beginning: JSONWay? {
        guard begin.offset > 0, begin.offset <= json.count else { return nil }
        if let knownBeginning { return knownBeginning }
        let text = json.bytes
        let way = JSONPath(in: text.span.bytes, before: begin.offset, isBehindValue: begin.isBehindValue).way
        knownBeginning = way
        return way
    }

    /// The way to the value at a level.
    func codingPath(at level: Int) -> [any CodingKey] {
        let way = frames.indices.contains(level) ? way(to: level) : outerWay
        return (first.beginning?.path ?? []) + (way?.path ?? [])
    }

    /// Notes the place of a failed member, unless a member of it has done so. The member's text begins at the offset `start`.
    private func note(failureAt level: Int, from start: Int) {
        guard place == nil else { return }
        // A JSONWritable value has opened no value here: its text gives the way into it.
        let part = frames.count == level + 1 && json.count > start ? json.buffer.copy(from: start) : []
        let inner = JSONPath(in: part.span.bytes, before: part.count).way
        tell(.init(offset: json.count, way: wayOfMember(at: level), rest: inner?.pointer ?? ""))
    }

    /// Stores the place of a failure, or nil to clear it, in this run and those around it.
    private func tell(_ place: FlxError.Location?) {
        self.place = place
        outer?.tell(place)
    }

    private var location: FlxError.Location {
        let text = json.buffer.copy(from: min(begin.offset, json.count))
        let own = frames.isEmpty ? JSONPath(in: text.span.bytes, before: text.count).way : nil
        let place = place ?? .init(offset: json.count, way: own)
        return .init(offset: place.offset, way: beginning, rest: place.pointer)
    }
}
