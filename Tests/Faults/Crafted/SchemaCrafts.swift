import Foundation

/// Definitions and names that try to run statements or to mislead a store.
struct SchemaCrafts {
    private static let tables = [
        "events", "streams", "types", "tag_names", "tags", "state_spaces", "state_records", "state_entries", "state_revisions",
    ]
    let canary: String

    /// Returns a statement that changes the entries of views.
    /// - Parameters:
    ///   - fields: Paths in the body with their new values, for SQLite's `json_set`.
    ///   - role: The role of the changed entries; nil for all.
    ///   - number: The new checkpoint; nil to leave it.
    static func head(_ fields: String, role: String? = nil, number: Int64? = nil) -> String {
        """
        UPDATE state_records SET body = CAST(json_set(CAST(body AS TEXT), \(fields)) AS BLOB)\(number.map { ", number = \($0)" } ?? "")
        WHERE space = (SELECT id FROM state_spaces WHERE name = 'views')
        \(role.map { "AND json_extract(CAST(body AS TEXT), '$.role') = '\($0)'" } ?? "");
        """
    }

    /// Returns names that end the quotes around them.
    static func injections(canary: String) -> [String] {
        let attach = "ATTACH DATABASE '\(canary)' AS e; CREATE TABLE e.t(x); DETACH e;"
        return [
            "x\"; COMMIT; \(attach) BEGIN; --", "x'; COMMIT; \(attach) BEGIN; --", "x]; COMMIT; \(attach) BEGIN; --",
            "x; COMMIT; \(attach) BEGIN; --", "x\"; \(attach) --", "x\"(y); INSERT INTO canary VALUES('name'); --", "\"", "\"\"",
        ]
    }

    /// The crafts that run something if the store trusts them.
    var hostile: [Craft] {
        let names = Self.injections(canary: canary)
        let views = names.flatMap { name in
            ["current", "building"].flatMap { role in
                [3, 1_000, Int64.max].map { checkpoint in
                    Craft.statements("the tables of views in the role \(role) are \(name.prefix(20)), through \(checkpoint)", .rows, """
                        \(Self.canaryTable)
                        \(Self.head("'$.tables', json_array(\(SQLText.literal(name)))", role: role, number: checkpoint))
                        """).forged
                }
            }
        }
        let tables = names.map { name in
            Craft.statements("a table named \(name.prefix(20))", .file, """
                \(Self.canaryTable) CREATE TABLE \(SQLText.name(name))(x); INSERT INTO \(SQLText.name(name)) VALUES(1);
                """)
        }
        let indexes = names.map { name in
            Craft.statements("an index named \(name.prefix(20))", .file, """
                \(Self.canaryTable) CREATE INDEX \(SQLText.name(name)) ON events(type, stream);
                """)
        }
        return views + tables + indexes + triggers + taken
    }

    /// A table for traces of hostile statements.
    private static let canaryTable = "CREATE TABLE IF NOT EXISTS canary(x);"

    private var triggers: [Craft] {
        Self.tables.flatMap { table in
            ["INSERT", "UPDATE", "DELETE"].map { deed in
                Craft.statements("a trigger after \(deed) on \(table)", .file, """
                    \(Self.canaryTable)
                    CREATE TRIGGER "t_\(table)_\(deed)" AFTER \(deed) ON \(table) BEGIN INSERT INTO canary VALUES('\(table)'); END;
                    """)
            }
        }
    }

    /// Views that claim the tables of others.
    private var taken: [Craft] {
        (Self.tables + ["sum_rows", "sqlite_schema", "canary"]).flatMap { table in
            [1, 1_000].map { checkpoint in
                Craft.statements("a view, through \(checkpoint), that claims the table \(table)", .rows, """
                    \(Self.canaryTable)
                    \(Self.head("'$.tables', json_array('\(table)')", role: "current", number: Int64(checkpoint)))
                    """).forged
            }
        }
    }

    var others: [Craft] { views + altered + removed + numbers + indexes }

    /// An SQL view in place of a table: one that ends, and one that never does.
    private var views: [Craft] {
        Self.tables.flatMap { table in
            [
                "CREATE VIEW \(table) AS SELECT * FROM kept",
                """
                CREATE VIEW \(table) AS WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n)
                SELECT n.id AS position, kept.* FROM n, kept
                """,
            ].map { view in
                Craft.statements("\(view.prefix(60))", .file, "ALTER TABLE \(table) RENAME TO kept; \(view);")
            }
        }
    }

    /// Changed rows of the schema table.
    private var altered: [Craft] {
        let fields = [
            "sql = NULL", "sql = ''", "sql = 'garbage'", "rootpage = 0", "rootpage = -1", "rootpage = 1", "rootpage = 3",
            "rootpage = 9223372036854775807", "rootpage = 'x'", "type = 'view'", "type = 'index'", "type = 'x'", "name = 'other'",
            "name = NULL", "name = upper(name)", "tbl_name = 'events'", "tbl_name = NULL", "sql = replace(sql, 'INTEGER', 'TEXT')",
            "sql = replace(sql, ' WITHOUT ROWID', '')", "sql = replace(sql, 'NOT NULL', 'NOT NULL CHECK(0)')",
            "sql = replace(sql, 'TEXT', 'TEXT COLLATE none')", "sql = replace(sql, 'TEXT', 'TEXT COLLATE NOCASE')",
            "sql = replace(sql, ' INTEGER NOT NULL', ' INTEGER NOT NULL DEFAULT (abs(-9223372036854775808))')",
            "sql = sql || ' -- ' || hex(zeroblob(300000))", "sql = replace(sql, 'CREATE TABLE', 'CREATE TEMP TABLE')",
        ]
        return (Self.tables + ["events_id", "events_stream", "events_type", "sum_rows", "sqlite_sequence"]).flatMap { name in
            fields.map { field in
                Craft.statements("in the schema of \(name) \(field.prefix(50))", .file, """
                    PRAGMA writable_schema = ON; UPDATE sqlite_schema SET \(field) WHERE name = '\(name)';
                    """)
            }
        }
    }

    private var removed: [Craft] {
        Self.tables.map { Craft.statements("no table \($0)", .file, "DROP TABLE \($0)") }
            + ["events_id", "events_stream", "events_type"].map {
                Craft.statements("no index \($0)", .file, "DROP INDEX \($0)")
            }
    }

    /// Changed numbers of the file and of whole rows.
    private var numbers: [Craft] {
        let ends: [Int64] = [.min, -1, 0, 1, 2, 3, 1_000, Int64(Int32.max), .max - 1, .max]
        return ends.flatMap { end in
            [
                Craft.statements("user_version \(end)", .file, "PRAGMA user_version = \(end)"),
                Craft.statements("application_id \(end)", .file, "PRAGMA application_id = \(end)"),
                Craft.statements("sqlite_sequence \(end)", .file, "UPDATE sqlite_sequence SET seq = \(end)"),
                Craft.statements("the last event at \(end)", .rows, """
                    UPDATE events SET position = \(end) WHERE position = (SELECT max(position) FROM events)
                    """).forged,
                Craft.statements("the last events of streams at version \(end)", .rows, """
                    UPDATE events SET version = \(end) WHERE position IN (SELECT max(position) FROM events GROUP BY stream)
                    """).forged,
                Craft.statements("all recorded at \(end)", .rows, "UPDATE events SET recorded = \(end), time = \(end)").forged,
                Craft.statements("all tokens and checkpoints at \(end)", .rows, "UPDATE state_records SET number = \(end)").forged,
                Craft.statements("all views at \(end)", .rows, Self.head(
                    "'$.handled', \(end), '$.switchPosition', \(end), '$.version', \(end)", number: end)).forged,
            ]
        }
    }

    private var indexes: [Craft] {
        let places = [
            "events(abs(position))", "events(type) WHERE version > 1", "events(payload)", "checkpoints(position)", "tags(position DESC)",
        ]
        return places.flatMap {
            [
                Craft.statements("a further index on \($0)", .file, "CREATE INDEX further ON \($0)"),
                Craft.statements("events_type on \($0)", .file, "DROP INDEX events_type; CREATE INDEX events_type ON \($0)"),
            ]
        }
    }
}
