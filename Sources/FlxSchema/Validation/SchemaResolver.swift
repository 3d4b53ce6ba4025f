public import FlxCore

/// The source of the documents that a schema refers to. Nothing is ever fetched from a network.
public struct SchemaResolver: Sendable {
    private let find: @Sendable (String) throws(FlxError) -> EventValue?

    /// Creates a resolver from a function of an absolute URI without a fragment. It returns the document, or nil for an unknown one.
    public init(_ find: @escaping @Sendable (_ uri: String) throws(FlxError) -> EventValue?) {
        self.find = find
    }

    /// Knows nothing.
    public static let none = SchemaResolver { _ in nil }

    /// Knows some documents by their URIs.
    public static func documents(_ documents: [String: EventValue]) -> SchemaResolver {
        let documents = Dictionary(documents.map { (ExactText($0), $1) }, uniquingKeysWith: { first, _ in first })
        return SchemaResolver { documents[$0] }
    }

    /// The document of a URI.
    func document(_ uri: String) throws(FlxError) -> EventValue? {
        if let own = MetaSchema.documents[uri] { return own }
        return try find(uri)
    }
}
