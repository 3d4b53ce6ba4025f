extension Event {
    /// Returns true if another event records the same fact. Recording it a second time then adds nothing.
    ///
    /// ``time`` and ``trace`` do not count: they belong to the attempt, and a repeated attempt has others. Everything else counts, byte for
    /// byte: similar texts with other bytes and payloads with the same meaning but other bytes are different. JSON without a media type is
    /// the same as with ``Payload/jsonContentType``, since transports add that.
    public func isSame(as other: Event) -> Bool {
        id == other.id && type == other.type && schemaVersion == other.schemaVersion && ExactText.same(source, other.source)
            && stream == other.stream && payload.form == other.payload.form && payload.bytes == other.payload.bytes
            && Self.same(payload.mediaType, other.payload.mediaType) && correlationID == other.correlationID
            && causationID == other.causationID && Self.same(userID, other.userID) && tags == other.tags
            && Self.same(partitionKey, other.partitionKey) && Self.same(dataSchema, other.dataSchema)
            && Self.same(extensions, other.extensions)
    }

    private static func same(_ left: String?, _ right: String?) -> Bool {
        switch (left, right) {
        case (let left?, let right?): ExactText.same(left, right)
        case (nil, nil): true
        default: false
        }
    }

    private static func same(_ left: [ExtensionName: ExtensionValue], _ right: [ExtensionName: ExtensionValue]) -> Bool {
        left.count == right.count && left.allSatisfy { name, value in
            switch (value, right[name]) {
            case (.string(let value), .string(let other)): ExactText.same(value, other)
            case (_, let other): value == other
            }
        }
    }
}

extension Payload {
    /// The media type, also of JSON without a stated one.
    fileprivate var mediaType: String? { contentType ?? (form == .json ? Self.jsonContentType : nil) }
}
