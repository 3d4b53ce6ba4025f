extension Optional: JSONWritable where Wrapped: JSONWritable {
    /// Writes the value, or `null`.
    @inlinable
    public func write(to json: inout JSONWriter) throws(FlxError) {
        if let value = self { try value.write(to: &json) } else { json.writeNull() }
    }
}

extension Optional: JSONReadable where Wrapped: JSONReadable {
    /// Reads `null`, or the value.
    @inlinable
    public init(json: inout JSONReader) throws(FlxError) {
        self = try json.readNull() ? nil : Wrapped(json: &json)
    }
}

extension Array: JSONWritable where Element: JSONWritable {
    /// Writes the elements in order.
    @inlinable
    public func write(to json: inout JSONWriter) throws(FlxError) {
        json.beginArray()
        for element in self { try element.write(to: &json) }
        json.endArray()
    }
}

extension Array: JSONReadable where Element: JSONReadable {
    /// Reads the elements in order.
    @inlinable
    public init(json: inout JSONReader) throws(FlxError) {
        self = []
        try json.beginArray()
        while try json.nextElement() { append(try Element(json: &json)) }
    }
}

extension Set: JSONWritable where Element: JSONWritable {
    /// Writes the elements as an array, ordered by their bytes. Equal sets give equal texts.
    @inlinable
    public func write(to json: inout JSONWriter) throws(FlxError) {
        var texts: [[UInt8]] = []
        json.beginArray()
        for element in self { texts.append(try json.part { part throws(FlxError) in try element.write(to: &part) }) }
        texts.sort { $0.lexicographicallyPrecedes($1) }
        for text in texts { json.writeRaw(json: text) }
        json.endArray()
    }
}

extension Set: JSONReadable where Element: JSONReadable {
    /// Reads an array; equal elements count once.
    /// - Throws: Besides the usual, ``FlxError/Code/typeMismatch`` for two texts that differ only as ``ExactText``.
    @inlinable
    public init(json: inout JSONReader) throws(FlxError) {
        self = []
        try json.beginArray()
        while try json.nextElement() {
            let element = try Element(json: &json)
            let (isNew, known) = insert(element)
            if !isNew { try json.checkSame(known, element) }
        }
    }
}

extension Dictionary: JSONWritable where Key: JSONKey, Value: JSONWritable {
    /// Writes an object, ordered by the bytes of its keys. Equal dictionaries give equal texts.
    @inlinable
    public func write(to json: inout JSONWriter) throws(FlxError) {
        let (fields, names) = (Array(self), keys.map(\.jsonKey))
        json.beginObject()
        for index in try JSONWriter.order(of: names) { try json.field(names[index], fields[index].value) }
        json.endObject()
    }
}

extension JSONWriter {
    /// The places of keys in their order. It is outside the generic code: without specialisation that would sort ten times slower.
    /// - Throws: ``FlxError/Code/invalidValue`` for two keys with the same text: no reader would take them.
    @usableFromInline
    static func order(of keys: [String]) throws(FlxError) -> [Int] {
        let order = keys.indices.sorted { ExactText.precedes(keys[$0], keys[$1]) }
        for (one, other) in zip(order, order.dropFirst()) where ExactText.same(keys[one], keys[other]) {
            throw FlxError(.invalidValue, "the key '\(keys[one])' is written twice in one object")
        }
        return order
    }
}

extension Dictionary: JSONReadable where Key: JSONKey, Value: JSONReadable {
    /// Reads an object.
    /// - Throws: Besides the usual, ``FlxError/Code/typeMismatch`` for two keys that differ only as ``ExactText``.
    @inlinable
    public init(json: inout JSONReader) throws(FlxError) {
        self = [:]
        try json.beginObject()
        while let key = try json.nextKey() {
            let known = updateValue(try Value(json: &json), forKey: Key(jsonKey: key))
            // The reader has already refused a repeated key.
            guard known == nil || json.duplicates != .refused else { throw json.lookAlike(key) }
        }
    }
}
