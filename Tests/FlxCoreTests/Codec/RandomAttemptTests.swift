import FlxCore
import OrderedCollections
import Testing

@Suite("Random attempts")
struct RandomAttemptTests {
    /// What a type does while it is encoded. Of a strict one, the failure of a part is that of the whole; others go on without the part.
    private indirect enum Act: Encodable, Sendable {
        case number(Int), notANumber, thrower
        case alone(Act)
        case array([Act], isStrict: Bool, isNested: Bool)
        case object([Act], isStrict: Bool, isNested: Bool)

        init(_ random: inout SeededRandom, depth: Int) {
            let count = Int.random(in: 0...4, using: &random)
            func parts(_ random: inout SeededRandom) -> [Act] { (0..<count).map { _ in Act(&random, depth: depth - 1) } }
            let (isStrict, isNested) = (Int.random(in: 0..<3, using: &random) == 0, Bool.random(using: &random))
            switch Int.random(in: 0..<(depth > 0 ? 10 : 4), using: &random) {
            case 0: self = .notANumber
            case 1: self = .thrower
            case 2, 3: self = .number(count)
            case 4: self = .alone(Act(&random, depth: depth - 1))
            case 5, 6, 7: self = .array(parts(&random), isStrict: isStrict, isNested: isNested)
            default: self = .object(parts(&random), isStrict: isStrict, isNested: isNested)
            }
        }

        /// The value that comes out; nil for a failure.
        var value: EventValue? {
            switch self {
            case .number(let number): return .int(number)
            case .notANumber, .thrower: return nil
            case .alone(let inner): return inner.value
            case .array(let parts, let isStrict, let isNested):
                let values = parts.map(\.value)
                guard !isStrict || !values.contains(nil) else { return nil }
                let array = EventValue.array(values.compactMap { $0 })
                return isNested ? ["first": 1, "nested": array, "last": 2] : array
            case .object(let parts, let isStrict, let isNested):
                var fields: OrderedDictionary<ExactText, EventValue> = [:]
                for (index, part) in parts.enumerated() {
                    if let value = part.value { fields["k\(index)"] = value } else if isStrict { return nil }
                }
                return isNested ? ["first": 1, "nested": .object(fields), "last": 2] : .object(fields)
            }
        }

        private func tried(_ isStrict: Bool, _ body: () throws -> Void) throws {
            do { try body() } catch { if isStrict { throw error } }
        }

        func encode(to encoder: any Encoder) throws {
            switch self {
            case .number(let number):
                var container = encoder.singleValueContainer()
                try container.encode(number)
            case .notANumber:
                var container = encoder.singleValueContainer()
                try container.encode(Double.nan)
            case .thrower:
                var container = encoder.container(keyedBy: Name.self)
                try container.encode([1, 2], forKey: Name("x"))
                throw FlxError(.invalidValue, "thrown")
            case .alone(let inner):
                var container = encoder.singleValueContainer()
                try container.encode(inner)
            case .array(let parts, let isStrict, false):
                var container = encoder.unkeyedContainer()
                for part in parts { try tried(isStrict) { try container.encode(part) } }
            case .object(let parts, let isStrict, false):
                var container = encoder.container(keyedBy: Name.self)
                for (index, part) in parts.enumerated() { try tried(isStrict) { try container.encode(part, forKey: Name("k\(index)")) } }
            case .array(let parts, let isStrict, true):
                var outer = encoder.container(keyedBy: Name.self)
                try outer.encode(1, forKey: Name("first"))
                var container = outer.nestedUnkeyedContainer(forKey: Name("nested"))
                for part in parts.dropLast() { try tried(isStrict) { try container.encode(part) } }
                try outer.encode(2, forKey: Name("last"))
                for part in parts.suffix(1) { try tried(isStrict) { try container.encode(part) } }
            case .object(let parts, let isStrict, true):
                var outer = encoder.container(keyedBy: Name.self)
                try outer.encode(1, forKey: Name("first"))
                var container = outer.nestedContainer(keyedBy: Name.self, forKey: Name("nested"))
                try outer.encode(2, forKey: Name("last"))
                for (index, part) in parts.enumerated() { try tried(isStrict) { try container.encode(part, forKey: Name("k\(index)")) } }
            }
        }
    }

    @Test("Of what a type tries to write, all is there that succeeded and nothing else")
    func writing() throws {
        var random = SeededRandom.printed()
        for _ in 0..<3_000 {
            let act = Act(&random, depth: 5)
            let bytes = try? EventEncoder().encode([act])
            #expect(try bytes.map { try EventValue(json: $0) } == act.value.map { [$0] }, "\(act)")
        }
    }

    /// Collects decoders of all parts of a text with the pointers to them, and asks them in another order.
    private struct Parts: Decodable {
        init(from decoder: any Decoder) throws {
            var random = SeededRandom(seed: decoder.userInfo[.seed] as? UInt64 ?? 0)
            var parts: [(any Decoder, path: [String])] = []
            func collect(_ decoder: any Decoder, _ path: [String]) throws {
                parts.append((decoder, path))
                if Bool.random(using: &random) { try check(decoder, path) }
                if let fields = try? decoder.container(keyedBy: Name.self) {
                    for key in fields.allKeys.shuffled(using: &random) {
                        try collect(fields.superDecoder(forKey: key), path + [key.stringValue])
                    }
                } else if var elements = try? decoder.unkeyedContainer() {
                    while !elements.isAtEnd { try collect(elements.superDecoder(), path + ["\(elements.currentIndex - 1)"]) }
                }
            }
            try collect(decoder, [])
            for part in parts.shuffled(using: &random) { try check(part.0, part.path) }
        }

        private func check(_ decoder: any Decoder, _ path: [String]) throws {
            #expect(decoder.codingPath.map(\.stringValue) == path)
            let error = #expect(throws: FlxError.self) { try decoder.singleValueContainer().decode(Bool.self) }
            let pointer = path.map { "/" + $0.replacing("~", with: "~0").replacing("/", with: "~1") }.joined()
            #expect(error?.location?.pointer == pointer)
        }
    }

    private func value(_ random: inout SeededRandom, depth: Int) -> EventValue {
        let count = Int.random(in: 0...5, using: &random)
        switch Int.random(in: 0..<(depth > 0 ? 6 : 2), using: &random) {
        case 0: return .int(count)
        case 1: return .string("\u{E9}\(count)")
        case 2, 3: return .array((0..<count).map { _ in value(&random, depth: depth - 1) })
        default:
            var fields: OrderedDictionary<ExactText, EventValue> = [:]
            for index in 0..<count { fields[["a/b", "~", "\u{E9}", "e\u{301}", "x\"\n", "n"][index]] = value(&random, depth: depth - 1) }
            return .object(fields)
        }
    }

    @Test("Decoders of a text know their places, in whatever order they are asked", arguments: [DuplicateKeys.refused, .allowed])
    func reading(_ duplicates: DuplicateKeys) throws {
        var random = SeededRandom.printed()
        for _ in 0..<200 {
            let text = try value(&random, depth: 4).json()
            _ = try EventDecoder(duplicates: duplicates, userInfo: [.seed: random.next()]).decode(Parts.self, from: text)
        }
    }
}

extension CodingUserInfoKey {
    fileprivate static let seed = CodingUserInfoKey(rawValue: "seed")!
}
