import FlxCore

/// The encoding of an event's rarer attributes, in the column `envelope`.
///
/// Two bytes of flags tell the attributes, in the order of the flags. Numbers are LEB128; each text follows its length.
/// An event with only JSON data, the first schema version and the usual source has no envelope. Each event has exactly
/// one encoding, so equal bytes mean equal attributes.
enum Envelope {
    struct Flags: OptionSet {
        let rawValue: UInt16

        static let schemaVersion = Flags(rawValue: 1 << 2)
        static let source = Flags(rawValue: 1 << 3)
        static let contentType = Flags(rawValue: 1 << 4)
        static let correlation = Flags(rawValue: 1 << 5)
        static let causation = Flags(rawValue: 1 << 6)
        static let user = Flags(rawValue: 1 << 7)
        static let trace = Flags(rawValue: 1 << 8)
        static let traceState = Flags(rawValue: 1 << 9)
        static let tags = Flags(rawValue: 1 << 10)
        static let partitionKey = Flags(rawValue: 1 << 11)
        static let dataSchema = Flags(rawValue: 1 << 12)
        static let extensions = Flags(rawValue: 1 << 13)

        /// The form of the payload, in the two lowest bits.
        var form: Payload.Form { Payload.Form(rawValue: UInt8(rawValue & 3)) ?? .none }

        /// JSON data only.
        static let usual = Flags(rawValue: UInt16(Payload.Form.json.rawValue))
    }

    private static func flags(of event: Event) -> Flags {
        var flags = Flags(rawValue: UInt16(event.payload.form.rawValue))
        if event.schemaVersion != 1 { flags.insert(.schemaVersion) }
        if event.source != Event.defaultSource { flags.insert(.source) }
        if event.payload.contentType != nil { flags.insert(.contentType) }
        if event.correlationID != nil { flags.insert(.correlation) }
        if event.causationID != nil { flags.insert(.causation) }
        if event.userID != nil { flags.insert(.user) }
        if event.trace != nil { flags.insert(.trace) }
        if event.trace?.state != nil { flags.insert(.traceState) }
        if !event.tags.isEmpty { flags.insert(.tags) }
        if event.partitionKey != nil { flags.insert(.partitionKey) }
        if event.dataSchema != nil { flags.insert(.dataSchema) }
        if !event.extensions.isEmpty { flags.insert(.extensions) }
        return flags
    }

    /// Appends the bytes of an event's envelope, or nothing if the event needs none.
    static func write(_ event: Event, to out: inout [UInt8]) {
        let flags = flags(of: event)
        guard flags != .usual else { return }
        out.append(UInt8(truncatingIfNeeded: flags.rawValue))
        out.append(UInt8(truncatingIfNeeded: flags.rawValue >> 8))
        if flags.contains(.schemaVersion) { write(event.schemaVersion, to: &out) }
        if flags.contains(.source) { write(event.source, to: &out) }
        if let contentType = event.payload.contentType { write(contentType, to: &out) }
        if let id = event.correlationID { write(id, to: &out) }
        if let id = event.causationID { write(id, to: &out) }
        if let user = event.userID { write(user, to: &out) }
        if let trace = event.trace { write(trace.parent, to: &out) }
        if let state = event.trace?.state { write(state, to: &out) }
        if flags.contains(.tags) {
            write(event.tags.count, to: &out)
            for tag in event.tags { write(tag.description, to: &out) }
        }
        if let key = event.partitionKey { write(key, to: &out) }
        if let schema = event.dataSchema { write(schema, to: &out) }
        if flags.contains(.extensions) {
            write(event.extensions.count, to: &out)
            for (name, value) in event.extensions.sorted(by: { $0.key < $1.key }) {
                write(name.description, to: &out)
                write(value, to: &out)
            }
        }
    }

    static func write(_ number: Int, to out: inout [UInt8]) {
        var rest = UInt64(number)
        while rest >= 0x80 {
            out.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        out.append(UInt8(rest))
    }

    static func write(_ text: String, to out: inout [UInt8]) {
        write(text.utf8.count, to: &out)
        out.append(contentsOf: text.utf8)
    }

    /// Writes a text, or the length 0 and the 16 bytes of a UUID. No text of an id has the length 0.
    static func write(_ id: EventID, to out: inout [UInt8]) {
        switch id.form {
        case .text(let text): write(text, to: &out)
        case .uuid(let bits):
            out.append(0)
            withUnsafeBytes(of: bits.bigEndian) { out.append(contentsOf: $0) }
        }
    }

    private static func write(_ value: ExtensionValue, to out: inout [UInt8]) {
        switch value {
        case .bool(let flag): out.append(flag ? 1 : 0)
        case .integer(let number):
            out.append(2)
            withUnsafeBytes(of: number.littleEndian) { out.append(contentsOf: $0) }
        case .string(let text):
            out.append(3)
            write(text, to: &out)
        }
    }
}
