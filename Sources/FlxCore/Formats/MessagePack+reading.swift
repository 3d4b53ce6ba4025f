extension MessagePack {
    static func read(from cursor: inout ByteCursor) throws(FlxError) -> BinaryItem {
        let start = try cursor.byte()
        switch start {
        case 0x00...0x7F: return .unsigned(UInt64(start))
        case 0x80...0x8F: return .map(count: try cursor.counted(UInt64(start & 0x0F), of: 2))
        case 0x90...0x9F: return .array(count: try cursor.counted(UInt64(start & 0x0F)))
        case 0xA0...0xBF: return .text(count: try cursor.counted(UInt64(start & 0x1F)))
        case 0xC0: return .null
        case 0xC2: return .bool(false)
        case 0xC3: return .bool(true)
        case 0xC4...0xC6: return .bytes(count: try count(start - 0xC4, &cursor))
        case 0xC7...0xC9:
            let announced = try cursor.number(bytes: 1 << Int(start - 0xC7))
            return try extended(announced, &cursor)
        case 0xCA: return .double(Double(Float(bitPattern: UInt32(try cursor.number(bytes: 4)))))
        case 0xCB: return .double(Double(bitPattern: try cursor.number(bytes: 8)))
        case 0xCC...0xCF: return .unsigned(try cursor.number(bytes: 1 << Int(start - 0xCC)))
        case 0xD0...0xD3: return try signed(1 << Int(start - 0xD0), &cursor)
        case 0xD4...0xD8: return try extended(1 << UInt64(start - 0xD4), &cursor)
        case 0xD9...0xDB: return .text(count: try count(start - 0xD9, &cursor))
        case 0xDC, 0xDD: return .array(count: try count(start - 0xDB, &cursor))
        case 0xDE, 0xDF: return .map(count: try count(start - 0xDD, &cursor, of: 2))
        case 0xE0...0xFF: return .negative(UInt64(~start))
        default: throw cursor.failure(.malformed, "the head C1 is never used")
        }
    }

    /// A count of 1, 2 or 4 bytes, for 0, 1 or 2.
    private static func count(_ width: UInt8, _ cursor: inout ByteCursor, of size: Int = 1) throws(FlxError) -> Int {
        try cursor.counted(try cursor.number(bytes: 1 << Int(width)), of: size)
    }

    private static func signed(_ width: Int, _ cursor: inout ByteCursor) throws(FlxError) -> BinaryItem {
        let bits = try cursor.number(bytes: width)
        let unused = UInt64(64 - 8 * width)
        let value = Int64(bitPattern: bits << unused) >> Int64(unused)
        return value < 0 ? .negative(UInt64(~value)) : .unsigned(UInt64(value))
    }

    private static func extended(_ announced: UInt64, _ cursor: inout ByteCursor) throws(FlxError) -> BinaryItem {
        let type = try cursor.byte()
        return .tag(UInt64(type), count: try cursor.counted(announced))
    }
}
