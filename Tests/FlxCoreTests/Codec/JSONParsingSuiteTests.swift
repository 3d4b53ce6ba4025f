import FlxCore
import Foundation
import SharedData
import Testing

/// The public suite of JSON texts: `y_…` is accepted, `n_…` refused, `i_…` either, and nothing crashes, on every way into a text.
@Suite("Public suite of JSON texts", .sharedData)
struct JSONParsingSuiteTests {
    /// The ways into a text.
    enum Way: CaseIterable {
        case skip, copy, value, codable, typed

        func read(_ bytes: [UInt8], _ duplicates: DuplicateKeys) throws {
            var reader = try JSONReader(bytes.span, duplicates: duplicates)
            switch self {
            case .skip: try reader.skipValue()
            case .copy: _ = try reader.copyValue()
            case .value: _ = try reader.read(EventValue.self)
            case .typed: _ = try reader.read(Optional<AnyShape>.self)
            case .codable:
                _ = try EventDecoder(duplicates: duplicates).decode(CodableShape.self, from: bytes)
                return
            }
            try reader.readEnd()
        }
    }

    /// A type that takes every kind of value by a typed path.
    struct AnyShape: JSONReadable {
        static let fields = JSONFields("a", "b")

        init(json: inout JSONReader) throws(FlxError) {
            switch try json.peek() {
            case .null: _ = try json.readNull()
            case .bool: _ = try json.readBool()
            case .number: _ = try json.readNumber()
            case .string: _ = try json.readString()
            case .array: _ = try json.read([AnyShape].self)
            case .object:
                try json.beginObject()
                while try json.nextField(of: Self.fields) != nil { _ = try json.read(AnyShape.self) }
            }
        }
    }

    /// A type that takes every kind of value by `Codable` alone.
    struct CodableShape: Decodable {
        init(from decoder: any Decoder) throws {
            if let fields = try? decoder.container(keyedBy: AnyKey.self) {
                for key in fields.allKeys { _ = try fields.decode(CodableShape.self, forKey: key) }
            } else if var elements = try? decoder.unkeyedContainer() {
                while !elements.isAtEnd { _ = try elements.decode(CodableShape.self) }
            }
        }
    }

    struct AnyKey: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    static func texts() throws -> [(name: String, bytes: [UInt8])] {
        let folder = try SharedData.required("vectors/json-parsing")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".json") }.sorted()
        return try names.map { ($0, Array(try Data(contentsOf: folder.appendingPathComponent($0)))) }
    }

    @Test("Every text is accepted or refused as its name says", arguments: Way.allCases)
    func verdicts(way: Way) throws {
        let texts = try Self.texts()
        #expect(texts.count > 150)
        for (name, bytes) in texts {
            let error = Self.failure { try way.read(bytes, .allowed) }
            switch name.first {
            case "y": #expect(error == nil, "\(name) by \(way): \(String(describing: error))")
            case "n": #expect(error != nil, "\(name) by \(way) was accepted")
            default: break
            }
        }
    }

    @Test("A duplicate key is refused unless it is allowed, and the error names it", arguments: Way.allCases)
    func duplicateKey(way: Way) throws {
        for name in ["y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json"] {
            guard let bytes = try Self.texts().first(where: { $0.name == name })?.bytes else { continue }
            let error = try #require(Self.failure { try way.read(bytes, .refused) } as? FlxError)
            #expect(error.code == .malformed)
            #expect(error.message.contains("'a' occurs in the object twice"))
        }
        let error = Self.failure { try way.read(Array(#"{"x":1,"y":2,"x":3}"#.utf8), .refused) } as? FlxError
        #expect(error?.location?.offset == 13)
    }

    private static func failure(_ body: () throws -> Void) -> (any Error)? {
        do {
            try body()
            return nil
        } catch { return error }
    }
}
