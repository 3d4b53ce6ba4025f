public import FlxCore

/// A page of the documents of a view, with their keys.
public struct DocumentPage<V: DocumentView>: Sendable {
    /// A document under its key.
    public struct Entry: Sendable {
        /// The key.
        @Exact public private(set) var key: String
        /// The document.
        public let document: V.Document

        /// Joins the parts.
        public init(key: String, document: V.Document) {
            self.key = key
            self.document = document
        }
    }

    /// The generation that was read, with how far it had come.
    public let generation: ViewGeneration
    /// The documents, in the order of the query.
    public let entries: [Entry]
    /// The place after which the next page begins; nil for the last page.
    public let next: ViewQuery.Cursor?

    /// Joins the parts.
    public init(generation: ViewGeneration, entries: [Entry], next: ViewQuery.Cursor?) {
        self.generation = generation
        self.entries = entries
        self.next = next
    }
}

extension StateStore {
    /// The document of a view under a key; nil where there is none.
    /// - Throws: ``FlxError/Code/notFound`` for a view that never ran; what reading and decoding throw.
    public func document<V: DocumentView>(_ key: String, of view: V.Type) async throws(FlxError) -> V.Document? {
        guard let found = try await documents([key], of: .view(V.name)).first, let document = found else { return nil }
        return try V.decode(document)
    }

    /// The first documents of a query, in its order: at most its limit, and fewer where they are large. ``page(_:of:in:)`` tells of more.
    /// - Throws: As ``document(_:of:)`` does.
    public func documents<V: DocumentView>(_ query: ViewQuery = .all(), of view: V.Type) async throws(FlxError) -> [V.Document] {
        try await page(query, of: view).entries.map(\.document)
    }

    /// A page of documents of a view, with their keys and the place of the next page.
    /// - Parameter generation: The generation to read, so that all pages are of one where the view is switched between two; nil for the
    ///   current one.
    /// - Throws: As ``document(_:of:)`` does; ``FlxError/Code/notFound`` for a generation that is gone.
    public func page<V: DocumentView>(
        _ query: ViewQuery = .all(), of view: V.Type, in generation: ViewGeneration.ID? = nil
    ) async throws(FlxError) -> DocumentPage<V> {
        let page = try await documents(query, of: generation.map { .generation($0) } ?? .view(V.name))
        var entries: [DocumentPage<V>.Entry] = []
        entries.reserveCapacity(page.documents.count)
        for document in page.documents {
            entries.append(DocumentPage<V>.Entry(key: document.key, document: try V.decode(document)))
        }
        return DocumentPage(generation: page.generation, entries: entries, next: page.next)
    }
}
