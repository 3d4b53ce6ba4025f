/// A step of a coding path.
struct PathKey: CodingKey {
    let stringValue: String
    let intValue: Int?

    init(_ key: String) {
        stringValue = key
        intValue = nil
    }

    init(_ index: Int) {
        stringValue = "\(index)"
        intValue = index
    }

    init?(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { self.init(intValue) }
}

extension PathKey {
    /// A path as a JSON pointer (RFC 6901).
    static func pointer(_ path: [PathKey]) -> String {
        path.map { "/" + JSONPointer.escaped($0.stringValue) }.joined()
    }
}
