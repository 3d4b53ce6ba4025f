/// A format of payload data, with conversions to the others without loss.
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

    /// Its media type.
    public var mediaType: String {
        switch self {
        case .json: Payload.jsonContentType
        case .messagePack: MessagePack.mediaType
        case .cbor: CBOR.mediaType
        }
    }

    /// The codec for reading and writing it.
    public var codec: any ValueCodec.Type {
        switch self {
        case .json: JSONText.self
        case .messagePack: MessagePack.self
        case .cbor: CBOR.self
        }
    }

    /// The suffix of media types with this structure (RFC 6838, section 4.2.8).
    private var suffix: String {
        switch self {
        case .json: "+json"
        case .messagePack: "+msgpack"
        case .cbor: "+cbor"
        }
    }

    /// The media type for data of another one after conversion to this type: `application/vnd.shop+json` becomes
    /// `application/vnd.shop+cbor`, with the same parameters.
    func mediaType(replacing other: String?) -> String {
        guard let other else { return mediaType }
        let parameters = other.firstIndex(of: ";").map { String(other[$0...]) } ?? ""
        let subtype = MediaType.subtype(of: other)
        guard let plus = subtype.lastIndex(of: "+") else { return mediaType + parameters }
        return other.prefix { $0 != "/" } + "/" + subtype[..<plus] + suffix + parameters
    }
}

extension Payload {
    /// The content type of the data; nil for no data, and for data outside ``ContentType``.
    public var type: ContentType? {
        switch form {
        case .none: nil
        case .json: .json
        case .text, .binary: contentType.flatMap(ContentType.init(mediaType:))
        }
    }

    /// The data as a value, from any content type.
    /// - Throws: ``FlxError/Code/typeMismatch`` for data of no ``ContentType``, and all errors of ``ValueCodec/decode(_:foreign:limits:)``.
    public func value(foreign: ForeignValues = .refused) throws(FlxError) -> EventValue {
        guard form != .none else { return .null }
        guard let type else {
            let type = contentType ?? "unknown"
            throw FlxError(.typeMismatch, "data of the type '\(type)' has no values: only JSON, MessagePack and CBOR do")
        }
        return try type.codec.decode(bytes, foreign: foreign, limits: .inMemory)
    }

    /// Writes a value in a content type.
    /// - Parameter contentType: The media type of the value's earlier form; by default, the usual one.
    /// - Throws: All errors of ``ValueCodec/encode(_:)-(EventValue)``.
    public static func data(
        _ value: EventValue, as type: ContentType, contentType: String? = nil
    ) throws(FlxError) -> Payload {
        let bytes = try type.codec.encode(value)
        let name = type == .json && contentType == nil ? nil : try checked(type.mediaType(replacing: contentType))
        return Payload(unchecked: bytes, form: type == .json ? .json : .binary, contentType: name)
    }

    /// The same data in another content type. No data stays no data, and data of this type stays unchanged.
    ///
    /// After conversion and back, the data has its original value. It also has its original media type, unless there are several names for
    /// the type: data without a name is JSON, and returns with the name of JSON.
    /// - Throws: All errors of ``value(foreign:)`` and ``data(_:as:contentType:)``, for data that cannot be converted without loss.
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
