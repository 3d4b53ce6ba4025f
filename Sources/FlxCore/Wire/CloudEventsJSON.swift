/// The JSON form of CloudEvents 1.0: one event as an object (structured mode), many as an array (batch mode).
///
/// Every attribute of an ``Event`` has a member, named at its property. Input is preserved on output: unknown extensions, the texts of
/// numbers in the data, ids in upper case. Only times and white space have one form of their own. Rules: the core specification 1.0.2 and
/// its JSON event format, https://github.com/cloudevents/spec.
public enum CloudEventsJSON {
    /// The media type of one event.
    public static let mediaType = "application/cloudevents+json"
    /// The media type of a batch.
    public static let batchMediaType = "application/cloudevents-batch+json"

    /// The limits for one event: 8 MiB, since escapes and Base64 make an event of 1 MiB longer, and one level beyond the data's 64.
    public static let eventLimits = JSONLimits(maximumBytes: 8 << 20, maximumDepth: 65)
    /// The limits for a batch: 64 MiB, and two levels beyond the data's 64.
    public static let batchLimits = JSONLimits(maximumBytes: 64 << 20, maximumDepth: 66)

    /// The facts of a store about an event, optional in an export. An event cannot have extensions of these names, so an import never loses
    /// a foreign extension.
    public struct RecordedAttributes: OptionSet, Hashable, Sendable {
        /// The bits of the set.
        public let rawValue: Int

        /// The extension `flxposition`: the position in decimal digits.
        public static let position = RecordedAttributes(rawValue: 1)
        /// The extension `flxrecordedtime`: when the store took the event.
        public static let recordedTime = RecordedAttributes(rawValue: 2)
        /// All of them.
        public static let all: RecordedAttributes = [.position, .recordedTime]

        /// Makes a set of its bits.
        public init(rawValue: Int) { self.rawValue = rawValue }

        /// Returns true if an extension of this name is one of the set.
        func names(_ extensionName: String) -> Bool {
            contains(.position) && extensionName == Self.positionName || contains(.recordedTime) && extensionName == Self.recordedTimeName
        }

        static let positionName = "flxposition"
        static let recordedTimeName = "flxrecordedtime"
    }
}

extension CloudEventsJSON {
    /// The text of an event, compact.
    public static func encode(_ event: Event) -> [UInt8] {
        var json = JSONWriter(capacity: event.payload.bytes.count + 384)
        write(event, to: &json)
        return json.finish()
    }

    /// The text of a recorded event, with some of the store's facts about it.
    public static func encode(_ recorded: RecordedEvent, including attributes: RecordedAttributes = .all) -> [UInt8] {
        var json = JSONWriter(capacity: recorded.event.payload.bytes.count + 448)
        write(recorded, including: attributes, to: &json)
        return json.finish()
    }

    /// The text of a batch, compact.
    public static func encodeBatch(_ events: some Sequence<Event>) -> [UInt8] {
        var json = JSONWriter()
        json.beginArray()
        for event in events { write(event, to: &json) }
        json.endArray()
        return json.finish()
    }
}

extension CloudEventsJSON {
    /// Reads the text of one event.
    /// - Parameter dropped: Extensions added by an earlier export, to be left out of the event.
    /// - Throws: ``FlxError/Code/malformed`` for broken JSON, ``FlxError/Code/typeMismatch``, ``FlxError/Code/invalidValue`` or
    ///   ``FlxError/Code/limitExceeded`` for a broken rule, each naming the attribute and its place.
    public static func decode(
        _ bytes: Span<UInt8>, dropping dropped: RecordedAttributes = [], limits: JSONLimits = eventLimits
    ) throws(FlxError) -> Event {
        var json = try JSONReader(bytes, limits: limits)
        let event = try read(from: &json, dropping: dropped)
        try json.readEnd()
        return event
    }

    /// Reads the text of one event; see ``decode(_:dropping:limits:)-(Span<UInt8>,_,_)``.
    public static func decode(
        _ bytes: [UInt8], dropping dropped: RecordedAttributes = [], limits: JSONLimits = eventLimits
    ) throws(FlxError) -> Event {
        try decode(bytes.span, dropping: dropped, limits: limits)
    }

    /// Reads the text of a batch: an array of events, possibly empty.
    /// - Throws: The same errors as for one event. One wrong event fails the whole batch.
    public static func decodeBatch(
        _ bytes: [UInt8], dropping dropped: RecordedAttributes = [], limits: JSONLimits = batchLimits
    ) throws(FlxError) -> [Event] {
        var json = try JSONReader(bytes.span, limits: limits)
        var events: [Event] = []
        try json.beginArray()
        while try json.nextElement() { events.append(try read(from: &json, dropping: dropped)) }
        try json.readEnd()
        return events
    }

    /// Reads the next event in a text.
    /// - Throws: All errors of ``decode(_:dropping:limits:)-([UInt8],_,_)``.
    public static func read(from json: inout JSONReader, dropping dropped: RecordedAttributes = []) throws(FlxError) -> Event {
        var reading = CloudEventsReading(dropped: dropped)
        try json.beginObject()
        while try reading.readMember(from: &json) {}
        return try reading.finish(&json)
    }
}
