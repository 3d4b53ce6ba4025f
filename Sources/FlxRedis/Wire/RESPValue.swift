/// A reply of Redis, or a part of one.
///
/// It is what both versions of the protocol have in common. A set is an array. A verbatim text is bytes, without its format. Attributes are
/// left out.
///
/// Format: <https://redis.io/docs/latest/develop/reference/protocol-spec/>
enum RESPValue: Hashable, Sendable {
    /// No value, in each of its three forms.
    case null
    /// A short text, such as `OK`.
    case text(String)
    /// Bytes.
    case bytes([UInt8])
    case integer(Int64)
    /// A number with any count of digits, as it was written.
    case bigNumber(String)
    case double(Double)
    case boolean(Bool)
    /// The command failed, or a part of it.
    case error(RESPError)
    case array([RESPValue])
    /// Keys and values, in their order.
    case map([Pair])
    /// A message that no command asked for: from a channel, or of the server.
    case push([RESPValue])

    /// A key and its value.
    struct Pair: Hashable, Sendable {
        let key: RESPValue
        let value: RESPValue
    }
}

/// An error as the server tells it.
struct RESPError: Hashable, Sendable {
    /// The first word: `ERR`, `WRONGTYPE`, `MOVED`.
    let code: String
    /// The text behind it.
    let message: String

    /// Divides a line at its first space.
    init(_ line: some Collection<UInt8>) {
        let parts = line.split(separator: UInt8(ascii: " "), maxSplits: 1, omittingEmptySubsequences: false)
        code = parts.first.map { String(decoding: $0, as: UTF8.self) } ?? ""
        message = parts.count > 1 ? String(decoding: parts[1], as: UTF8.self) : ""
    }
}
