/// Changes of operators' and parking places' records, which are events, with extreme values in each field.
struct RecordCrafts {
    private let records: [(position: Int64, type: String, payload: String)]

    init(_ base: CraftedStore) throws {
        records = try RawFile(base.path).rows("""
            SELECT max(position), (SELECT name FROM types WHERE id = type), payload FROM events
            WHERE stream IN (SELECT id FROM streams WHERE name LIKE 'flx-%') GROUP BY stream, type
            """).map { ($0[0].number, $0[1].text, $0[2].text) }
    }

    func all() -> [Craft] {
        records.flatMap { record in
            let bytes = Array(record.payload.utf8)
            return Self.values(in: bytes).flatMap { range in
                (ArchiveCrafts.values + ["1e308", "-0.0", "1e-320", "[9223372036854775807,-1]"]).map { value in
                    let text = String(decoding: bytes[..<range.lowerBound] + Array(value.utf8) + bytes[range.upperBound...], as: UTF8.self)
                    let words = "\(record.type), byte \(range.lowerBound) of \(record.payload.prefix(60)) is \(value.prefix(40))"
                    let sql = "UPDATE events SET payload = CAST(\(SQLText.literal(text)) AS BLOB) WHERE position = \(record.position)"
                    return Craft.statements(words, .rows, sql).forged
                }
            }
        }
    }

    /// Returns the ranges of the values of all fields in a JSON text, including nested ones.
    private static func values(in text: [UInt8]) -> [Range<Int>] {
        text.indices.dropFirst().filter { text[$0] == UInt8(ascii: ":") && text[$0 - 1] == UInt8(ascii: "\"") }.map { colon in
            var (end, depth, isText) = (colon + 1, 0, false)
            scan: while end < text.count {
                switch text[end] {
                case UInt8(ascii: "\\") where isText: end += 1
                case UInt8(ascii: "\""): isText.toggle()
                case _ where isText: break
                case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
                case UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: ","):
                    if depth == 0 { break scan }
                    if text[end] != UInt8(ascii: ",") { depth -= 1 }
                default: break
                }
                end += 1
            }
            return colon + 1..<min(end, text.count)
        }
    }
}
