import FlxCore

/// The tables of a store, and the mark of a store's file.
///
/// `events` is the log. Its position is the rowid; the writer assigns positions without gaps. Three lists of positions
/// lead to the events, all of the same shape: by stream and by type (indexes of `events`) and by tag (a separate table,
/// since an event has several tags). Each name is stored once, in a table of names. A stream's version is the version
/// of its last event, so there is no counter to keep in agreement.
package enum Schema {
    /// `PRAGMA application_id`: "FLXe".
    static let applicationID: Int64 = 0x464C_5865

    /// The tables of a store; all other tables belong to its users.
    static let tables: Set = [
        "events", "streams", "types", "tags", "tag_names", "state_spaces", "state_records", "state_entries", "state_revisions",
    ]

    /// The steps from an empty file to the format of this program. Checkpoints and views move into records; snapshots are a cache and are
    /// dropped.
    package static let migrations = [
        Migration(to: 1, versionOne), Migration(to: 2, versionTwo), Migration(to: 3, versionThree, then: StoredCheckpoints.moveList),
        Migration(to: 4, "DROP TABLE checkpoints; DROP TABLE snapshots"), Migration(to: 5, "", then: FormerViews.move),
        Migration(to: 6, "DROP TABLE views; DROP TABLE view_documents; DROP TABLE view_entries"),
    ]

    private static let versionOne = """
        CREATE TABLE streams(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
        CREATE TABLE types(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
        CREATE TABLE tag_names(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
        CREATE TABLE events(
            position INTEGER PRIMARY KEY,
            stream INTEGER NOT NULL,
            type INTEGER NOT NULL,
            version INTEGER NOT NULL,
            time INTEGER,
            recorded INTEGER NOT NULL,
            id NOT NULL,
            checksum INTEGER NOT NULL,
            envelope BLOB,
            payload BLOB NOT NULL
        );
        CREATE UNIQUE INDEX events_id ON events(id);
        CREATE INDEX events_stream ON events(stream);
        CREATE INDEX events_type ON events(type);
        CREATE TABLE tags(tag INTEGER NOT NULL, position INTEGER NOT NULL, PRIMARY KEY(tag, position)) WITHOUT ROWID;
        CREATE TABLE checkpoints(name TEXT PRIMARY KEY, position INTEGER NOT NULL) WITHOUT ROWID;
        """

    /// The former tables of views and snapshots. The role of a generation is 0 while it is built, 1 if it is current, 2 if it
    /// was dropped and some documents are still to be removed. `tables` names the user's own tables, one per line.
    private static let versionTwo = """
        CREATE TABLE views(
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL,
            version INTEGER NOT NULL,
            role INTEGER NOT NULL,
            checkpoint INTEGER NOT NULL DEFAULT 0,
            handled INTEGER NOT NULL DEFAULT 0,
            switch INTEGER,
            tables TEXT NOT NULL DEFAULT ''
        );
        CREATE INDEX views_name ON views(name);
        CREATE TABLE view_documents(
            view INTEGER NOT NULL, key TEXT NOT NULL, body BLOB NOT NULL, entries BLOB, PRIMARY KEY(view, key)
        ) WITHOUT ROWID;
        CREATE TABLE view_entries(
            view INTEGER NOT NULL, name TEXT NOT NULL, value NOT NULL, key TEXT NOT NULL, PRIMARY KEY(view, name, value, key)
        ) WITHOUT ROWID;
        CREATE TABLE snapshots(
            name TEXT PRIMARY KEY,
            position INTEGER NOT NULL,
            version INTEGER NOT NULL,
            fingerprint INTEGER NOT NULL,
            reducer INTEGER NOT NULL,
            time INTEGER NOT NULL,
            checksum INTEGER NOT NULL,
            state BLOB NOT NULL
        );
        """

    /// The tables of records beside the log. A space that was removed has no name, and its records are still to be deleted; its number is
    /// never given again. `entries` has the same of each record as `state_entries`, so that a change finds them all. `given` is a number
    /// that no revision exceeds.
    private static let versionThree = """
        CREATE TABLE state_spaces(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE);
        CREATE TABLE state_records(
            space INTEGER NOT NULL,
            name TEXT NOT NULL,
            number INTEGER NOT NULL,
            revision INTEGER NOT NULL,
            checksum INTEGER NOT NULL,
            entries BLOB,
            body BLOB NOT NULL,
            PRIMARY KEY(space, name)
        ) WITHOUT ROWID;
        CREATE TABLE state_entries(
            space INTEGER NOT NULL, list TEXT NOT NULL, value NOT NULL, name TEXT NOT NULL, PRIMARY KEY(space, list, value, name)
        ) WITHOUT ROWID;
        CREATE TABLE state_revisions(id INTEGER PRIMARY KEY, given INTEGER NOT NULL);
        """
}

/// One step from a format to the next.
package struct Migration: Sendable {
    /// The format after the step.
    package let version: Int64
    /// The statements of the step. They run in one transaction together with the new number.
    package let sql: String
    /// The change of content after the statements, in the same transaction.
    let move: @Sendable (Handle) throws(FlxError) -> Void

    /// Creates a step.
    package init(to version: Int64, _ sql: String) {
        self.init(to: version, sql) { _ in }
    }

    /// Creates a step that changes content, too.
    init(to version: Int64, _ sql: String, then move: @escaping @Sendable (Handle) throws(FlxError) -> Void) {
        self.version = version
        self.sql = sql
        self.move = move
    }
}
