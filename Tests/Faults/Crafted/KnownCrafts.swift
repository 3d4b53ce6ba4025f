/// Crafted files that once did harm. Every run includes them.
enum KnownCrafts {
    static let all: [Craft] = [
        .statements("a type at the end of all numbers", .rows, "UPDATE types SET id = 9223372036854775806 WHERE id = 1").forged,
        .statements("tokens of leases before all numbers", .rows, "UPDATE state_records SET number = -9223372036854775808").forged,
        .statements("tokens of leases at the end of all numbers", .rows, "UPDATE state_records SET number = 9223372036854775807").forged,
        .statements("names of records that are no text", .rows, "UPDATE state_records SET name = CAST(x'FF41' || name AS TEXT)").forged,
        .statements("names of records that are bytes", .rows, "UPDATE state_records SET name = CAST(x'FF41' || name AS BLOB)"),
        .statements("names of streams that are no text", .rows, "UPDATE streams SET name = CAST(x'FF41' || name AS TEXT)").forged,
        .statements("a switch before all numbers", .rows, SchemaCrafts.head("'$.switchPosition', -4294967296")).forged,
        .statements("a switch of a current view", .rows, SchemaCrafts.head("'$.switchPosition', 2")).forged,
        .statements("a switch behind the current view", .rows, SchemaCrafts.head("'$.switchPosition', 0", role: "building")).forged,
        .statements("views that are held for nobody", .rows, SchemaCrafts.head("'$.isHeld', json('true')")).forged,
        .statements("views that are all current", .rows, SchemaCrafts.head("'$.role', 'current', '$.view', 'v'")).forged,
        .statements("checkpoints of long names", .rows, "UPDATE state_records SET name = zeroblob(2000000) WHERE name = 'reader'"),
        .statements("an index under a name that is not its own", .file, """
            PRAGMA writable_schema = ON; UPDATE sqlite_schema SET name = upper(name) WHERE name = 'events_type';
            """),
        .statements("views at the end of all numbers", .rows, SchemaCrafts.head("'$.handled', 9223372036854775807", number: .max)).forged,
        .statements("an event before the last number", .rows, last(9_223_372_036_854_775_806)).forged,
        .statements("an event at the last number", .rows, last(.max)).forged,
        .statements("records that never end", .file, """
            ALTER TABLE state_records RENAME TO kept;
            CREATE VIEW state_records AS WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n)
            SELECT n.id AS position, kept.* FROM n, kept;
            """),
        .statements("a trigger on records", .file, """
            CREATE TABLE canary(x); CREATE TRIGGER t AFTER INSERT ON state_records BEGIN INSERT INTO canary VALUES('trigger'); END;
            """),
    ]

    private static func last(_ position: Int64) -> String {
        "UPDATE events SET position = \(position) WHERE position = (SELECT max(position) FROM events)"
    }
}
