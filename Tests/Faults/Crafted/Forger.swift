import Foundation

/// A second implementation of the store's checksum. It forges correct checksums, like any reader of the source could.
struct Forger {
    private var state: UInt64 = 0x9E37_79B9_7F4A_7C15

    var value: Int64 {
        var sum = self
        sum.mix(0xD6E8_FEB8_6659_FD93 as UInt64)
        return Int64(bitPattern: sum.state)
    }

    var text: String {
        let digits = String(UInt64(bitPattern: value), radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    mutating func mix(_ word: UInt64) {
        state = (state ^ word) &* 0xFF51_AFD7_ED55_8CCD
        state ^= state >> 32
    }

    mutating func mix(_ number: Int64) { mix(UInt64(bitPattern: number)) }

    mutating func mix(_ bytes: some Collection<UInt8>) {
        mix(UInt64(bytes.count))
        var (word, count): (UInt64, UInt64) = (0, 0)
        var tail: UInt64 = 0
        for byte in bytes {
            word |= UInt64(byte) << (count * 8)
            tail = tail << 8 | UInt64(byte)
            count += 1
            if count == 8 {
                mix(word)
                (word, tail, count) = (0, 0, 0)
            }
        }
        if count > 0 { mix(tail) }
    }

    static func of(_ bytes: some Collection<UInt8>) -> UInt64 {
        var sum = Forger()
        sum.mix(bytes)
        return sum.state
    }

    /// Returns the checksum of an event at its place; `id` is the text of an id, or the 16 bytes of a UUID.
    static func event(
        stream: [UInt8], type: [UInt8], id: RawFile.Value, time: Int64?, envelope: [UInt8], payload: [UInt8], version: Int64,
        position: Int64, recorded: Int64
    ) -> Int64 {
        var sum = Forger()
        sum.mix(of(stream))
        sum.mix(of(type))
        if case .blob(let bytes) = id, bytes.count == 16 {
            for half in [bytes[..<8], bytes[8...]] { sum.mix(half.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }) }
        } else {
            sum.mix(id.bytes)
        }
        sum.mix(time == nil ? 0 as UInt64 : 1)
        sum.mix(time ?? 0)
        sum.mix(envelope)
        sum.mix(payload)
        for number in [version, position, recorded] { sum.mix(number) }
        return sum.value
    }

    /// Corrects the checksum of each event and record of a file.
    static func resum(_ file: RawFile) throws {
        let rows = try file.rows("""
            SELECT position, (SELECT name FROM streams WHERE id = stream), (SELECT name FROM types WHERE id = type), id, time, envelope,
                payload, version, recorded, checksum
            FROM events
            """)
        for row in rows {
            var time: Int64?
            if case .number(let number) = row[4] { time = number }
            let sum = event(
                stream: row[1].bytes, type: row[2].bytes, id: row[3], time: time, envelope: row[5].bytes, payload: row[6].bytes,
                version: row[7].number, position: row[0].number, recorded: row[8].number)
            if sum != row[9].number { try file.execute("UPDATE events SET checksum = \(sum) WHERE position = \(row[0].number)") }
        }
        try resumRecords(file)
    }

    private static func resumRecords(_ file: RawFile) throws {
        for row in try file.rows("SELECT space, name, number, revision, entries, body, checksum, hex(name) FROM state_records") {
            var sum = Forger()
            sum.mix(row[0].number)
            sum.mix(of(row[1].bytes))
            for field in row[2...3] { sum.mix(field.number) }
            for field in row[4...5] { sum.mix(field.bytes) }
            guard sum.value != row[6].number else { continue }
            let place = "space IS \(row[0].number) AND hex(name) = '\(row[7].text)'"
            try file.execute("UPDATE state_records SET checksum = \(sum.value) WHERE \(place)")
        }
    }
}
