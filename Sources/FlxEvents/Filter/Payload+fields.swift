package import FlxCore

extension Payload {
    /// The data as a value, from the content types JSON, MessagePack or CBOR. Values outside JSON become the nearest in JSON. Nil for no
    /// data, for other content types, and for damaged data.
    package var fields: EventValue? {
        switch form {
        case .none: nil
        case .json: try? EventValue(json: bytes, limits: .inMemory)
        case .text, .binary: try? value(foreign: .nearest)
        }
    }
}
