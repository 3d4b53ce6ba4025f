/// A format of data that payloads can be converted between, without loss.
public enum ContentType: String, CaseIterable, Hashable, Sendable, Codable {
    /// RFC 8259.
    case json
    /// https://msgpack.org
    case messagePack
    /// RFC 8949.
    case cbor

    /// The content type of a media type: by its name, or the suffix of its structure (`+json`, `+msgpack`, `+cbor`); nil for any other.
    public init?(mediaType: String) {
        let subtype = MediaType.subtype(of: mediaType)
        switch subtype {
        case "json": self = .json
        case "msgpack", "x-msgpack", "vnd.msgpack": self = .messagePack
        case "cbor": self = .cbor
        default:
            guard let plus = subtype.lastIndex(of: "+"), plus != subtype.startIndex,
                let type = Self.allCases.first(where: { $0.suffix == subtype[plus...] })
            else { return nil }
            self = type
        }
    }

    /// The media type by which it is announced.
    public var mediaType: String {
        switch self {
        case .json: Payload.jsonContentType
        case .messagePack: MessagePack.mediaType
        case .cbor: CBOR.mediaType
        }
    }

    /// The codec that reads and writes it.
    public var codec: any ValueCodec.Type {
        switch self {
        case .json: JSONText.self
        case .messagePack: MessagePack.self
        case .cbor: CBOR.self
        }
    }

    /// The end of the name of a media type whose structure is this one (RFC 6838, section 4.2.8).
    private var suffix: String {
        switch self {
        case .json: "+json"
        case .messagePack: "+msgpack"
        case .cbor: "+cbor"
        }
    }

    /// The media type of data that had another one, when it is written in this type: `application/vnd.shop+json` becomes
    /// `application/vnd.shop+cbor`, and the parameters stay.
    func mediaType(replacing other: String?) -> String {
        guard let other else { return mediaType }
        let parameters = other.firstIndex(of: ";").map { String(other[$0...]) } ?? ""
        let subtype = MediaType.subtype(of: other)
        guard let plus = subtype.lastIndex(of: "+") else { return mediaType + parameters }
        return other.prefix { $0 != "/" } + "/" + subtype[..<plus] + suffix + parameters
    }
}

extension Payload {
    /// The content type of the data; nil for no data, and for data that is none of ``ContentType``.
    public var type: ContentType? {
        switch form {
        case .none: nil
        case .json: .json
        case .text, .binary: contentType.flatMap(ContentType.init(mediaType:))
        }
    }

    /// The data as a value, whatever content type it is written in.
    /// - Throws: ``FlxError/Code/typeMismatch`` for data of no ``ContentType``, and what ``ValueCodec/decode(_:foreign:limits:)`` throws.
    public func value(foreign: ForeignValues = .refused) throws(FlxError) -> EventValue {
        guard form != .none else { return .null }
        guard let type else {
            let type = contentType ?? "unknown"
            throw FlxError(.typeMismatch, "data of the type '\(type)' has no values: only JSON, MessagePack and CBOR do")
        }
        return try type.codec.decode(bytes, foreign: foreign, limits: .inMemory)
    }

    /// Writes a value in a content type.
    /// - Parameter contentType: The media type that it had in whatever it was written in before; without one, the usual one.
    /// - Throws: What ``ValueCodec/encode(_:)-(EventValue)`` throws.
    public static func data(
        _ value: EventValue, as type: ContentType, contentType: String? = nil
    ) throws(FlxError) -> Payload {
        let bytes = try type.codec.encode(value)
        let name = type == .json && contentType == nil ? nil : try checked(type.mediaType(replacing: contentType))
        return Payload(unchecked: bytes, form: type == .json ? .json : .binary, contentType: name)
    }

    /// The same data in another content type. No data stays none, and data that has the type already stays as it is.
    ///
    /// Converted and converted back, the data has the value that it had. Its media type has too, but for a name that there are several
    /// of: data without one is JSON, and comes back with the name of JSON.
    /// - Throws: What ``value(foreign:)`` and ``data(_:as:contentType:)`` throw for data that cannot be converted without loss.
    public func converted(to type: ContentType, foreign: ForeignValues = .refused) throws(FlxError) -> Payload {
        guard form != .none, self.type != type else { return self }
        return try .data(try value(foreign: foreign), as: type, contentType: contentType ?? Payload.jsonContentType)
    }
}

extension Event {
    /// The data as a value, whatever ``ContentType`` it is written in; data of none as ``value`` has it.
    package var data: EventValue {
        get throws(FlxError) { payload.type == nil ? try value : try payload.value() }
    }

    /// The same event with its data in another content type; see ``Payload/converted(to:foreign:)``.
    /// - Throws: As there, with the event named.
    public func converted(to type: ContentType, foreign: ForeignValues = .refused) throws(FlxError) -> Event {
        var event = self
        do {
            event.payload = try payload.converted(to: type, foreign: foreign)
        } catch {
            let message = "event \(id): its data cannot be converted: \(error.message)"
            throw FlxError(error.code, message, at: error.location, cause: error.cause)
        }
        return event
    }
}
