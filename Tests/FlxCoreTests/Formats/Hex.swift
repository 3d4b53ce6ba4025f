@testable import FlxCore

/// The bytes that hexadecimal digits stand for; blanks part them.
func hex(_ text: String) -> [UInt8] {
    let digits = text.utf8.filter { $0 != 0x20 }.compactMap { JSONEscapes.hexDigit($0) }
    return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}

/// The digits of bytes.
func hex(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

/// A value of JSON text.
func value(_ json: String) throws -> EventValue { try EventValue(json: Array(json.utf8)) }
