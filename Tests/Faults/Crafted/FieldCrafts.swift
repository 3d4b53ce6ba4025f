import FlxTesting
import Foundation

/// Changes of every column of every table, with the extreme values of its range.
struct FieldCrafts {
    private let tables: [(name: String, columns: [String], key: [String], rows: Int)]
    private let values: [String]

    init(_ base: CraftedStore, canary: String) throws {
        let file = try RawFile(base.path)
        tables = try file.rows("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").map { row in
            let columns = try file.rows("PRAGMA table_info(\(SQLText.name(row[0].text)))")
            let key = columns.filter { $0[5].number > 0 }.map(\.[1].text)
            let rows = try file.rows("SELECT count(*) FROM \(SQLText.name(row[0].text))")
            return (row[0].text, columns.map(\.[1].text), key.isEmpty ? ["rowid"] : key, Int(rows.first?.first?.number ?? 0))
        }
        values = Self.numbers + Self.texts(canary: canary)
    }

    private static let numbers = [
        "NULL", "-9223372036854775808", "-9223372036854775807", "-4294967296", "-1", "0", "1", "2", "255", "65536", "2147483648",
        "4294967296", "9007199254740993", "9223372036854775806", "9223372036854775807", "0.5", "-1e300", "9e999",
    ]

    private static func texts(canary: String) -> [String] {
        [
            "''", "x''", "x'00'", "x'FF'", "CAST(x'FF41' AS TEXT)", "'a' || char(0) || 'b'", "'a' || char(10) || 'b'",
            "'9223372036854775808'", "'x'", "zeroblob(16)", "zeroblob(2000000)", "replace(hex(zeroblob(150000)), '0', 'x')",
            "'caf' || char(233)", "'cafe' || char(769)", "'events'", "'sqlite_schema'", "'../../victim.txt'",
            "'sum_rows' || char(10) || 'tags'", "x'FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF'", "x'010080FFFFFFFFFFFFFFFF7F'",
            "x'0500FFFFFFFFFFFFFFFF7F'", "x'0144FFFFFFFFFFFFFF7F'", "x'0120010203FFFFFFFF'", "'10e9223372036854775807'",
        ] + SchemaCrafts.injections(canary: canary).map(SQLText.literal)
    }

    func all(_ random: inout SeededGenerator) -> [Craft] {
        var crafts: [Craft] = []
        for table in tables where table.rows > 0 {
            for column in table.columns {
                for value in values {
                    crafts += self.crafts(table.name, table.columns, table.key, column, value, random.number(below: table.rows))
                }
            }
        }
        return crafts + Self.payloads(&random) + Self.envelopes(&random)
    }

    private func crafts(
        _ table: String, _ columns: [String], _ key: [String], _ column: String, _ value: String, _ row: Int
    ) -> [Craft] {
        let (name, keys) = (SQLText.name(table), key.joined(separator: ", "))
        let place = "(\(keys)) = (SELECT \(keys) FROM \(name) LIMIT 1 OFFSET \(row))"
        let words = "\(table).\(column) of row \(row) is \(value.prefix(60))"
        let set = Craft.statements(words, .rows, "UPDATE \(name) SET \(column) = \(value) WHERE \(place)")
        guard ["events", "streams", "types"].contains(table) else {
            // A second row, equal to the first except in one field.
            let fields = columns.map { $0 == column ? value : $0 }.joined(separator: ", ")
            let copy = "INSERT INTO \(name) SELECT \(fields) FROM \(name) WHERE \(place)"
            let sets = table == "state_records" ? [set, set.forged] : [set]
            return key.contains(column) ? sets + [.statements(words + ", copied", .rows, copy)] : sets
        }
        return [set, set.forged]
    }

    /// JSON numbers beyond any arithmetic, in intact events.
    private static func payloads(_ random: inout SeededGenerator) -> [Craft] {
        let numbers = [
            "10e9223372036854775807", "0.10e-9223372036854775808", "1e9223372036854775807", "-1e-9223372036854775807",
            "12.5e99999999999999999999", "9223372036854775808", "-9223372036854775809", "1e400", String(repeating: "9", count: 400),
        ]
        return numbers.map { number in
            let text = SQLText.literal("{\"amount\":\(number),\"event_version\":\(number)}")
            let type = "(SELECT id FROM types WHERE name = 'moved')"
            let row = "SELECT position FROM events WHERE type = \(type) LIMIT 1 OFFSET \(random.number(below: 10))"
            let sql = "UPDATE events SET payload = CAST(\(text) AS BLOB) WHERE position = (\(row))"
            return Craft.statements("an amount of \(number.prefix(40))", .rows, sql).forged
        }
    }

    /// Envelopes of every flag with extreme lengths and numbers, and random ones.
    private static func envelopes(_ random: inout SeededGenerator) -> [Craft] {
        let ends: [[UInt8]] = [
            [], [0x00], [0x7F], [0x80, 0x01], [0xFF, 0xFF, 0xFF, 0xFF, 0x0F], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F],
            [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00],
        ]
        return (2..<16).flatMap { (flag: Int) in
            ends.map { end in
                let flags = UInt16(1 << flag | random.number(below: 4))
                let rest = (0..<random.number(below: 12)).map { _ in UInt8(random.number(below: 256)) }
                let bytes = [UInt8(flags & 0xFF), UInt8(flags >> 8)] + end + rest
                let text = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
                let sql = "UPDATE events SET envelope = x'\(text)' WHERE position = \(random.number(in: 1...36))"
                return Craft.statements("an envelope of \(text)", .rows, sql).forged
            }
        }
    }
}
