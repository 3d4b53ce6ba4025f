/// The elements of an array, for a `Codable` type.
struct UnkeyedDecoding: UnkeyedDecodingContainer {
    let document: JSONDocument
    let node: Int
    private var element: Int
    private(set) var currentIndex = 0

    init(document: JSONDocument, node: Int) {
        self.document = document
        self.node = node
        element = node + 1
    }

    var codingPath: [any CodingKey] { document.path(to: node) }
    var count: Int? { Int(document.nodes[node].end) }
    var isAtEnd: Bool { element >= Int(document.nodes[node].next) }

    mutating func decodeNil() throws -> Bool {
        guard document.isNull(try current()) else { return false }
        advance()
        return true
    }

    mutating func decode(_ type: Bool.Type) throws -> Bool { try take(document.bool(at: current())) }
    mutating func decode(_ type: String.Type) throws -> String { try take(document.string(at: current())) }
    mutating func decode(_ type: Double.Type) throws -> Double { try take(document.double(at: current())) }
    mutating func decode(_ type: Float.Type) throws -> Float { try take(document.float(at: current())) }
    mutating func decode(_ type: Int.Type) throws -> Int { try take(document.integer(type, at: current())) }
    mutating func decode(_ type: Int8.Type) throws -> Int8 { try take(document.integer(type, at: current())) }
    mutating func decode(_ type: Int16.Type) throws -> Int16 { try take(document.integer(type, at: current())) }
    mutating func decode(_ type: Int32.Type) throws -> Int32 { try take(document.integer(type, at: current())) }
    mutating func decode(_ type: Int64.Type) throws -> Int64 { try take(document.integer(type, at: current())) }
    mutating func decode(_ type: UInt.Type) throws -> UInt { try take(document.integer(type, at: current())) }
    mutating func decode(_ type: UInt8.Type) throws -> UInt8 { try take(document.integer(type, at: current())) }
    mutating func decode(_ type: UInt16.Type) throws -> UInt16 { try take(document.integer(type, at: current())) }
    mutating func decode(_ type: UInt32.Type) throws -> UInt32 { try take(document.integer(type, at: current())) }
    mutating func decode(_ type: UInt64.Type) throws -> UInt64 { try take(document.integer(type, at: current())) }
    mutating func decode(_ type: Int128.Type) throws -> Int128 { try take(document.integer(type, at: current())) }
    mutating func decode(_ type: UInt128.Type) throws -> UInt128 { try take(document.integer(type, at: current())) }
    mutating func decode<T: Decodable>(_ type: T.Type) throws -> T { try take(document.decode(type, at: current())) }

    mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) throws -> KeyedDecodingContainer<Nested> {
        try take(ValueDecoder(document: document, node: current()).container(keyedBy: type))
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try take(ValueDecoder(document: document, node: current()).unkeyedContainer())
    }

    mutating func superDecoder() throws -> any Decoder {
        try take(ValueDecoder(document: document, node: current()))
    }

    private func current() throws(FlxError) -> Int {
        guard !isAtEnd else { throw document.failure(node, "the array has only \(currentIndex) elements") }
        return element
    }

    /// Passes the decoded element. After an error the container stays at its place.
    private mutating func take<T>(_ value: T) -> T {
        advance()
        return value
    }

    private mutating func advance() {
        element = Int(document.nodes[element].next)
        currentIndex += 1
    }
}
