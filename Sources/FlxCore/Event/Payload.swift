/// The content of an event: bytes, their form in a JSON envelope, and their media type.
///
/// The bytes are encoded once, by the producer, and shared from there on: store, broker and page pass them through untouched.
public struct Payload: Hashable, Sendable {
    /// The form of the bytes in the JSON form of CloudEvents.
    public enum Form: UInt8, Hashable, Sendable {
        /// No data at all.
        case none = 0
        /// The bytes are one JSON value, compact, in UTF-8; they are the member `data`.
        case json = 1
        /// The bytes are a text in UTF-8; the member `data` is a string with it.
        case text = 2
        /// Any bytes; the member `data_base64` has them.
        case binary = 3
    }

    /// The bytes; empty when there is no data.
    public let bytes: [UInt8]
    /// The form of the bytes.
    public let form: Form
    /// The media type (CloudEvents `datacontenttype`). Nil means JSON, if there is data.
    public let contentType: String?

    /// No data.
    public static let none = Payload(unchecked: [], form: .none, contentType: nil)

    /// The media type of JSON.
    public static let jsonContentType = "application/json"

    /// Creates a payload from bytes of the right form, without a check. For codecs and drivers.
    package init(unchecked bytes: [UInt8], form: Form, contentType: String?) {
        self.bytes = bytes
        self.form = form
        self.contentType = contentType
    }

    /// Takes a text.
    /// - Throws: ``FlxError/Code/invalidValue`` for a media type that is invalid (RFC 2046), is one of JSON, or has more than 256 bytes.
    public static func text(_ text: String, contentType: String = "text/plain") throws(FlxError) -> Payload {
        guard !MediaType.isJSON(contentType) else {
            throw FlxError(.invalidValue, "datacontenttype: '\(contentType)' declares JSON; take the bytes with `json`")
        }
        return Payload(unchecked: Array(text.utf8), form: .text, contentType: try checked(contentType))
    }

    /// Takes any bytes.
    /// - Throws: ``FlxError/Code/invalidValue`` for a media type that is invalid (RFC 2046) or has more than 256 bytes.
    public static func binary(_ bytes: [UInt8], contentType: String? = nil) throws(FlxError) -> Payload {
        var type: String?
        if let contentType { type = try checked(contentType) }
        return Payload(unchecked: bytes, form: .binary, contentType: type)
    }

    package static func checked(_ contentType: String) throws(FlxError) -> String {
        let checked = try NameRule.checked(contentType, field: "datacontenttype")
        guard contentType.utf8.allSatisfy({ (0x20...0x7E).contains($0) }), MediaType.isValid(contentType) else {
            throw FlxError(.invalidValue, "datacontenttype: '\(contentType.prefix(40))' is no media type of RFC 2046, such as text/plain")
        }
        return checked
    }
}
