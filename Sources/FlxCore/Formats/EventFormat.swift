/// The form of events on their way in and out: the layout of the message, and the content type of its data.
///
/// If producer and consumer use different forms, ``EventMessage/converted(from:to:)`` converts between them. Nothing is lost on the way: if
/// a form has no place for a part of an event, the conversion is refused and names that part.
public struct EventFormat: Sendable {
    /// The form of an event in a message.
    public enum Layout: Sendable {
        /// One event as an object of JSON (``CloudEventsJSON``).
        case structured
        /// Any number of events as an array of JSON.
        case batch
        /// The data is the body, the attributes are beside it.
        case binary
        /// The domain form of the older Python system (``DomainForm``).
        case domain
        /// The reflection form of the older Python system.
        case reflection(ReflectionForm)
    }

    /// The layout of an event in a message.
    public var layout: Layout
    /// The content type for the data; nil leaves the data unchanged.
    public var data: ContentType?

    /// Makes a format of its parts.
    public init(_ layout: Layout, data: ContentType? = nil) {
        self.layout = layout
        self.data = data
    }

    /// The structured mode of CloudEvents.
    public static let structured = EventFormat(.structured)
    /// The batch mode of CloudEvents.
    public static let batch = EventFormat(.batch)
    /// The binary mode of CloudEvents.
    public static let binary = EventFormat(.binary)
    /// The domain form.
    public static let domain = EventFormat(.domain)

    /// The form for a media type requested by a consumer: one of CloudEvents, or one of the data, with the data as the body.
    public init?(mediaType: String) {
        switch MediaType.subtype(of: mediaType) {
        case "cloudevents+json": self.init(.structured)
        case "cloudevents-batch+json": self.init(.batch)
        case _ where MediaType.isCloudEvents(mediaType): return nil
        default:
            guard let data = ContentType(mediaType: mediaType) else { return nil }
            self.init(.binary, data: data)
        }
    }

    /// The CloudEvents form of a message; nil for a message of another kind, such as one of the older system's.
    ///
    /// A body with a media type of CloudEvents contains the events, whatever the headers contain (HTTP binding, section 3.2.3).
    public init?(of message: EventMessage) {
        if let type = message.contentType, MediaType.isCloudEvents(type) {
            self.init(mediaType: type)
        } else if message.attributes["specversion"] != nil {
            self.init(.binary)
        } else {
            return nil
        }
    }
}

extension EventFormat {
    /// Writes events as a message.
    /// - Throws: ``FlxError/Code/invalidValue`` unless there is exactly one event or the form is a batch, for anything the form would lose,
    ///   and for attributes not allowed by CloudEvents; ``FlxError/Code/limitExceeded`` for a message too long for its reader; all errors
    ///   of ``Event/converted(to:foreign:)``.
    public func encode(_ events: [Event]) throws(FlxError) -> EventMessage {
        var events = events
        for index in events.indices {
            try events[index].checkAttributes()
            if let data { events[index] = try events[index].converted(to: data) }
        }
        if case .batch = layout {
            let body = try Self.readable(CloudEventsJSON.encodeBatch(events), within: CloudEventsJSON.batchLimits)
            return EventMessage(contentType: CloudEventsJSON.batchMediaType, body: body)
        }
        guard events.count == 1, let event = events.first else {
            throw FlxError(.invalidValue, "\(events.count) events cannot be one message; the batch mode takes any number")
        }
        return try encode(event)
    }

    private func encode(_ event: Event) throws(FlxError) -> EventMessage {
        let message: EventMessage
        switch layout {
        case .structured, .batch:
            let body = try Self.readable(CloudEventsJSON.encode(event), within: CloudEventsJSON.eventLimits)
            return EventMessage(contentType: CloudEventsJSON.mediaType, body: body)
        case .binary:
            message = try BinaryMode.encode(event)
            _ = try Self.readable(message.body, within: CloudEventsJSON.eventLimits)
            return message
        case .domain: message = EventMessage(contentType: Payload.jsonContentType, body: try DomainForm.encode(event))
        case .reflection(let form): message = EventMessage(contentType: Payload.jsonContentType, body: try form.encode(event))
        }
        // These forms have no place for many parts of an event. Reading it back is the surest way to find missing parts.
        let lost = event.attributesLost(in: try decode(message, stream: event.stream)[0])
        guard lost.isEmpty else {
            throw FlxError(.invalidValue, "event \(event.id): the form has no place for \(lost.joined(separator: ", "))")
        }
        return message
    }

    /// The body of a message, if its reader accepts its length.
    private static func readable(_ body: [UInt8], within limits: JSONLimits) throws(FlxError) -> [UInt8] {
        guard body.count <= limits.maximumBytes else {
            throw FlxError(.limitExceeded, "the message has \(body.count) bytes: at most \(limits.maximumBytes) are allowed")
        }
        return body
    }

    /// Reads the events of a message.
    /// - Parameter stream: The source stream of a message in a form of the older system, if the message does not name it.
    /// - Throws: All errors of the form's own reader.
    public func decode(_ message: EventMessage, stream: StreamName? = nil) throws(FlxError) -> [Event] {
        switch layout {
        case .structured: [try CloudEventsJSON.decode(message.body)]
        case .batch: try CloudEventsJSON.decodeBatch(message.body)
        case .binary: [try BinaryMode.decode(message)]
        case .domain: [try DomainForm.decode(message.body, stream: stream)]
        case .reflection(let form): [try form.decode(message.body, stream: stream)]
        }
    }
}

extension EventMessage {
    /// The same events in another form.
    /// - Parameter format: The form of the message. By default it is detected, if it is one of CloudEvents.
    /// - Throws: ``FlxError/Code/invalidValue`` for a message with neither a named form nor one of CloudEvents, and for anything the other
    ///   form would lose; all errors of the reader.
    public func converted(from format: EventFormat? = nil, to other: EventFormat) throws(FlxError) -> EventMessage {
        guard let format = format ?? EventFormat(of: self) else {
            let type = contentType ?? "unknown"
            throw FlxError(.invalidValue, "a message of the type '\(type)' is none of CloudEvents; name its form")
        }
        return try other.encode(try format.decode(self))
    }
}
