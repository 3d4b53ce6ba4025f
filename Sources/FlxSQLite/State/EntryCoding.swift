import FlxCore

/// The entries of a record or a document as bytes, kept beside it so that a later change finds them all.
///
/// Each is the length and the bytes of the index's name, and a value: 0 and eight bytes of a number, or 1, a length and the bytes of a
/// text. Lengths are two bytes, little-endian.
enum EntryCoding {
    /// The most entries that a record or a document may have.
    static let most = 100_000

    static func bytes(_ entries: [StateEntry]) -> [UInt8] {
        var bytes: [UInt8] = []
        func add(_ text: String) {
            let count = UInt16(truncatingIfNeeded: text.utf8.count)
            bytes += [UInt8(truncatingIfNeeded: count), UInt8(truncatingIfNeeded: count >> 8)]
            bytes += text.utf8
        }
        for entry in entries {
            add(entry.index)
            switch entry.value {
            case .number(let number):
                bytes.append(0)
                bytes += UInt64(bitPattern: number).bytes
            case .text(let text):
                bytes.append(1)
                add(text)
            }
        }
        return bytes
    }

    /// - Throws: ``FlxError/Code/corrupt`` for bytes that ``bytes(_:)`` did not make.
    static func entries(_ bytes: UnsafeRawBufferPointer) throws(FlxError) -> [StateEntry] {
        var (rest, entries) = (bytes[...], [StateEntry]())
        func take(_ count: Int) throws(FlxError) -> Slice<UnsafeRawBufferPointer> {
            guard rest.count >= count else { throw FlxError(.corrupt, "the entries of a record are damaged: verify the store") }
            defer { rest = rest.dropFirst(count) }
            return rest.prefix(count)
        }
        func text() throws(FlxError) -> String {
            let count = UInt64(bytes: try take(2))
            return String(decoding: try take(Int(count)), as: UTF8.self)
        }
        while !rest.isEmpty {
            guard entries.count < most else { throw FlxError(.corrupt, "a record has more entries than any can have: verify the store") }
            let index = try text()
            if try take(1).first == 0 {
                entries.append(StateEntry(index, Int64(bitPattern: UInt64(bytes: try take(8)))))
            } else {
                entries.append(StateEntry(index, try text()))
            }
        }
        return entries
    }
}
