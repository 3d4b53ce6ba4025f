/* The most that SQLite does with the tables of FlxSQLite's store: rows of its log a second, written in C with all that is durable.
 *
 *     limit FILE      a row a transaction, then 64; a line of JSON each
 *
 * Beside the log the id is looked up and indexed, as are the stream and the type, and each tenth row begins a stream. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static sqlite3 *db;
static sqlite3_stmt *find, *insert, *stream;
static int64_t rows;

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec + now.tv_nsec / 1e9;
}

static void check(int code) {
    if (code == SQLITE_OK || code == SQLITE_DONE) return;
    fprintf(stderr, "limit: %s\n", sqlite3_errmsg(db));
    exit(1);
}

static void run(const char *sql) { check(sqlite3_exec(db, sql, 0, 0, 0)); }

static void remove_files(const char *path) {
    char name[512];
    const char *suffixes[] = {"", "-wal", "-shm"};
    for (int i = 0; i < 3; i++) {
        snprintf(name, sizeof name, "%s%s", path, suffixes[i]);
        unlink(name);
    }
}

static void open_log(const char *path) {
    remove_files(path);
    check(sqlite3_open(path, &db));
    run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
        "CREATE TABLE streams(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);"
        "CREATE TABLE events(position INTEGER PRIMARY KEY, stream INTEGER NOT NULL, type INTEGER NOT NULL, version INTEGER NOT NULL,"
        " time INTEGER, recorded INTEGER NOT NULL, id NOT NULL, checksum INTEGER NOT NULL, envelope BLOB, payload BLOB NOT NULL);"
        "CREATE UNIQUE INDEX events_id ON events(id);"
        "CREATE INDEX events_stream ON events(stream);"
        "CREATE INDEX events_type ON events(type);");
    check(sqlite3_prepare_v2(db, "SELECT position FROM events WHERE id = ?1", -1, &find, 0));
    check(sqlite3_prepare_v2(db, "INSERT INTO streams VALUES(?1, ?2)", -1, &stream, 0));
    check(sqlite3_prepare_v2(db, "INSERT INTO events VALUES(?1, ?2, 1, ?3, ?4, ?4, ?5, ?6, ?7, ?8)", -1, &insert, 0));
    rows = 0;
}

static void step(sqlite3_stmt *statement) {
    check(sqlite3_step(statement));
    sqlite3_reset(statement);
}

static void append(void) {
    static char bytes[300];
    int64_t position = ++rows, time = 1767225600123456789 + position, number = (position - 1) / 10 + 1;
    /* As a UUID of version 7 does, it begins with the time. */
    uint64_t id[2] = {__builtin_bswap64((uint64_t)time), (uint64_t)position * 0x9E3779B97F4A7C15u};
    char name[32];
    sqlite3_bind_blob(find, 1, id, sizeof id, SQLITE_STATIC);
    step(find);
    if (position % 10 == 1) {
        int length = snprintf(name, sizeof name, "order-%08lld", (long long)number);
        sqlite3_bind_int64(stream, 1, number);
        sqlite3_bind_text(stream, 2, name, length, SQLITE_STATIC);
        step(stream);
    }
    sqlite3_bind_int64(insert, 1, position);
    sqlite3_bind_int64(insert, 2, number);
    sqlite3_bind_int64(insert, 3, (position - 1) % 10 + 1);
    sqlite3_bind_int64(insert, 4, time);
    sqlite3_bind_blob(insert, 5, id, sizeof id, SQLITE_STATIC);
    sqlite3_bind_int64(insert, 6, (int64_t)id[1]);
    sqlite3_bind_blob(insert, 7, bytes, 40, SQLITE_STATIC);
    sqlite3_bind_blob(insert, 8, bytes, 260, SQLITE_STATIC);
    step(insert);
}

int main(int count, char **arguments) {
    if (count != 2) return 64;
    int batches[] = {1, 64};
    for (int i = 0; i < 2; i++) {
        open_log(arguments[1]);
        double start = seconds();
        while (seconds() - start < 3) {
            run("BEGIN IMMEDIATE");
            for (int row = 0; row < batches[i]; row++) append();
            run("COMMIT");
        }
        printf("{\"name\": \"sqlite.c.log.batch%d.rate\", \"unit\": \"rows/s\", \"value\": %.1f}\n", batches[i], rows / (seconds() - start));
        sqlite3_finalize(find);
        sqlite3_finalize(stream);
        sqlite3_finalize(insert);
        sqlite3_close(db);
    }
    remove_files(arguments[1]);
}
