import FlxMacros

/// A value as `Codable` writes it into payloads.
func written(_ value: some Encodable) throws -> EventValue {
    try EventValue(json: EventEncoder().encode(value))
}
