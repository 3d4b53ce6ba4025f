/// A step of a coding path: small enough to need no box of its own in an array of `any CodingKey`.
enum PathKey: CodingKey {
    case key(String)
    case index(Int)

    init(_ key: String) { self = .key(key) }
    init(_ index: Int) { self = .index(index) }

    init?(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { self.init(intValue) }

    var stringValue: String {
        switch self {
        case .key(let key): key
        case .index(let index): "\(index)"
        }
    }

    var intValue: Int? { if case .index(let index) = self { index } else { nil } }
}

extension PathKey {
    /// A path as a JSON pointer (RFC 6901).
    static func pointer(_ path: [any CodingKey]) -> String {
        path.map { "/" + JSONPointer.escaped($0.stringValue) }.joined()
    }
}
