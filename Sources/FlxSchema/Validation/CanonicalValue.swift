import FlxCore

extension EventValue {
    /// The same bytes for values that are equal in JSON Schema: keys in any order, numbers by their value.
    package func canonical() -> [UInt8] {
        var bytes: [UInt8] = []
        writeCanonical(to: &bytes)
        return bytes
    }

    private func writeCanonical(to bytes: inout [UInt8]) {
        switch self {
        case .null: bytes.append(UInt8(ascii: "n"))
        case .bool(let value): bytes.append(UInt8(ascii: value ? "t" : "f"))
        case .number(let number): Self.write(SchemaNumber(number).canonical, as: "#", to: &bytes)
        case .string(let text): Self.write(text, as: "s", to: &bytes)
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            for element in elements { element.writeCanonical(to: &bytes) }
            bytes.append(UInt8(ascii: "]"))
        case .object(let fields):
            bytes.append(UInt8(ascii: "{"))
            for (key, value) in fields.sorted(by: { $0.key < $1.key }) {
                Self.write(key.description, as: "k", to: &bytes)
                value.writeCanonical(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    /// Writes a text after its length, so a text cannot look like two.
    private static func write(_ text: String, as kind: Unicode.Scalar, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: kind))
        bytes += String(text.utf8.count).utf8
        bytes.append(UInt8(ascii: ":"))
        bytes += text.utf8
    }
}
