public import FlxCore
import OrderedCollections

extension EventBus {
    /// Publishes an envelope as it is.
    /// - Throws: As ``publish(_:)-([Publication])``.
    @inlinable
    @discardableResult
    public func publish(_ event: consuming Event) async throws(FlxError) -> PublishReceipt {
        try await publish(Publication(event))
    }

    /// Publishes a batch of envelopes, in order; with a store, all or none of them.
    /// - Throws: As ``publish(_:)-([Publication])``.
    @discardableResult
    public func publish(_ events: [Event]) async throws(FlxError) -> PublishReceipt {
        try await publish(events.map { Publication($0) })
    }

    /// Publishes a value of the domain; its payload is encoded here, once.
    /// - Throws: As ``publish(_:)-([Publication])``, and when the value cannot be encoded.
    @discardableResult
    public func publish<Value: DomainEvent>(_ value: Value, to stream: StreamName? = nil) async throws(FlxError) -> PublishReceipt {
        let event = try Event(
            value, id: configuration.ids.next(), stream: stream, source: configuration.source, time: configuration.clock.now())
        return try await publish(Publication(event, value: value))
    }

    /// Publishes values of the domain in order; with a store, all or none of them.
    /// - Throws: As ``publish(_:)-([Publication])``, and when a value cannot be encoded.
    @discardableResult
    public func publish<Value: DomainEvent>(_ values: [Value], to stream: StreamName? = nil) async throws(FlxError) -> PublishReceipt {
        var publications: [Publication] = []
        publications.reserveCapacity(values.count)
        for value in values {
            let event = try Event(
                value, id: configuration.ids.next(), stream: stream, source: configuration.source, time: configuration.clock.now())
            publications.append(Publication(event, value: value))
        }
        return try await publish(publications)
    }

    /// Publishes a name with data.
    /// - Throws: As ``publish(_:)-([Publication])``, and when the data is nested too deeply or the name is not one.
    @discardableResult
    public func publish(
        _ type: String, data: EventValue = .null, to stream: StreamName? = nil
    ) async throws(FlxError) -> PublishReceipt {
        let event = try Event(
            type: EventType(type), data: data, id: configuration.ids.next(), stream: stream, source: configuration.source,
            time: configuration.clock.now())
        return try await publish(Publication(event))
    }

    /// Publishes a dictionary: its member `type`, or else `event_type`, is the name, and the rest is the data.
    /// - Throws: ``FlxError/Code/invalidValue`` when it is no dictionary or has no text under either name; otherwise as
    ///   ``publish(_:)-([Publication])``.
    @discardableResult
    public func publish(dictionary: EventValue, to stream: StreamName? = nil) async throws(FlxError) -> PublishReceipt {
        guard case .object(var members) = dictionary else {
            throw FlxError(.invalidValue, "publish: a dictionary was expected, with its type under 'type' or 'event_type'")
        }
        let key: ExactText = members["type"] != nil ? "type" : "event_type"
        guard case .string(let type)? = members.removeValue(forKey: key) else {
            throw FlxError(.invalidValue, "publish: the dictionary has no text under 'type' or 'event_type'; name the event's type there")
        }
        return try await publish(type, data: .object(members), to: stream)
    }
}
