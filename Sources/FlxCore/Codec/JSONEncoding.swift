/// One run of an encoder: the writer that all its containers share, and what each value being encoded has opened.
///
/// A value is written at once, in the order in which its type encodes its fields. Only nested containers and super encoders, which may
/// be filled in any order, get a run of their own, whose bytes are put into their place when the value around them ends.
final class JSONEncoding {
    /// The arrays and objects that an encoded value has open.
    struct Frame {
        enum Kind { case none, scalar, object, array }

        var kind = Kind.none
        /// The number of arrays and objects that are open around the value.
        var depth = 0
        /// The start of the contents in the bytes.
        var start = 0
        /// The number of elements of an array.
        var count = 0
        /// The key of the field of an object that was written last.
        var key: String?
        /// The way to the value from where its run begins, once somebody asked for it.
        var way: JSONWay?
        /// The start of an object's keys among all keys.
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
    @exclusivity(unchecked) private(set) var misuse: FlxError?
    /// The last type that turned out not to be JSONWritable: asking the runtime again would take longer than encoding.
    @exclusivity(unchecked) private var plainType: ObjectIdentifier?
    /// The last type that wrote itself as an array, and how many elements of it belong together; 0 where they have an order.
    @exclusivity(unchecked) var arrayType: ObjectIdentifier?
    @exclusivity(unchecked) var together = 0
    let userInfo: [CodingUserInfoKey: any Sendable]
    /// The run that this one fills a gap of, with the way to that; nil for the first one.
    private weak var outer: JSONEncoding?
    private let outerWay: JSONWay?
    /// The number of arrays and objects that are open around the value of this run.
    private let outerDepth: Int
    /// The start of the first run in the bytes, and true if a value is before it in an array.
    private var begin = (offset: 0, isBehindValue: false)
    @exclusivity(unchecked) private var knownBeginning: JSONWay??
    /// The place of the last thing that failed, until something else is written.
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

    /// The part that a value may write: a field or an element, if it is an object or an array, or all of itself.
    enum Member { case field(String), element, whole }

    /// Writes a member of the value at a level. Where that fails nothing of it stays, so that the type may go on without it, or write it
    /// otherwise.
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

    /// Begins a member of the value at a level, whose place is here.
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

    /// Looks for a key among those that the object has: one by one, or by hash where they are many.
    private func isNew(_ name: ExactText, at level: Int) -> Bool {
        let own = keys[frames[level].firstKey...]
        guard own.count > 64 else { return !own.contains(name) }
        if manyKeys[level]?.count != own.count { manyKeys[level, default: []].formUnion(own.dropFirst(manyKeys[level]?.count ?? 0)) }
        return manyKeys[level]?.contains(name) != true
    }

    /// Starts a run for a member whose parts may come in any order.
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

// Where something stands, told by what is open, and not by what was written before.
extension JSONEncoding {
    /// The run that all others fill gaps of.
    private var first: JSONEncoding { outer?.first ?? self }

    /// The way to the value at a level, as far as this run and those around it go.
    private func way(to level: Int) -> JSONWay? {
        guard level > 0 else { return outerWay }
        if frames[level].way == nil { frames[level].way = wayOfMember(at: level - 1) }
        return frames[level].way
    }

    /// The way to what the value at a level is writing.
    private func wayOfMember(at level: Int) -> JSONWay? {
        let way = way(to: level)
        switch frames[level].kind {
        case .object: return frames[level].key.map { JSONWay(PathKey($0), in: way) } ?? way
        case .array: return JSONWay(PathKey(frames[level].count - 1), in: way)
        case .none, .scalar: return way
        }
    }

    /// The way to where the first run begins, in what other writers wrote around it; found once.
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

    /// Notes the place of a member that failed, and whose text begins at an offset, unless a member of it has done so.
    private func note(failureAt level: Int, from start: Int) {
        guard place == nil else { return }
        // What writes itself has opened no value here: its text tells the way into it.
        let part = frames.count == level + 1 && json.count > start ? json.buffer.copy(from: start) : []
        let inner = JSONPath(in: part.span.bytes, before: part.count).way
        tell(.init(offset: json.count, way: wayOfMember(at: level), rest: inner?.pointer ?? ""))
    }

    /// Remembers the place of a failure, or that there is none any more, in this run and those around it.
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
