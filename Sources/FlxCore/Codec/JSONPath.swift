/// The way from the whole text down to a value.
struct JSONPath {
    private enum Step {
        case index(Int)
        case key(String?)
    }

    private var steps: [Step] = []

    /// Finds the way to the innermost value at an offset, by reading the checked text again.
    /// - Parameter isBehindValue: True to pass the comma after the value, too.
    init(in bytes: RawSpan, before end: Int, isBehindValue: Bool = false) {
        defer { if isBehindValue { next() } }
        var index = 0
        while index < end {
            switch bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self) {
            case UInt8(ascii: "{"): open(isArray: false)
            case UInt8(ascii: "["): open(isArray: true)
            case UInt8(ascii: "}"), UInt8(ascii: "]"): close()
            case UInt8(ascii: ","): next()
            case UInt8(ascii: "\""):
                guard let range = StringRange(in: bytes, from: index, before: end) else { return }
                if needsKey { key(range.text(in: bytes)) }
                index = range.end
            default: break
            }
            index += 1
        }
    }

    /// The innermost open value is an object, and its next string is a key.
    private var needsKey: Bool {
        if case .key(nil) = steps.last { true } else { false }
    }

    private mutating func open(isArray: Bool) { steps.append(isArray ? .index(0) : .key(nil)) }

    private mutating func close() { _ = steps.popLast() }

    private mutating func next() {
        guard let last = steps.popLast() else { return }
        if case .index(let index) = last { steps.append(.index(index + 1)) } else { steps.append(.key(nil)) }
    }

    private mutating func key(_ name: String) {
        close()
        steps.append(.key(name))
    }

    /// The way to the value; nil for the whole text.
    var way: JSONWay? {
        steps.reduce(nil) { way, step in
            switch step {
            case .index(let index): JSONWay(PathKey(index), in: way)
            case .key(let name): name.map { JSONWay(PathKey($0), in: way) } ?? way
            }
        }
    }
}
