extension Timestamp: Codable {
    /// Reads RFC 3339 with any offset.
    public init(from decoder: any Decoder) throws {
        self = try Timestamp(decoder.singleValueContainer().decode(String.self))
    }

    /// Writes RFC 3339 in UTC.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
