package import FlxCore

extension Payload {
    /// The data as a value, whatever content type it is written in: JSON, MessagePack or CBOR. What JSON has no value for is the nearest
    /// that it has. Nil for no data, and for what is none of the three or is damaged.
    package var fields: EventValue? {
        switch form {
        case .none: nil
        case .json: try? EventValue(json: bytes, limits: .inMemory)
        case .text, .binary: try? value(foreign: .nearest)
        }
    }
}
