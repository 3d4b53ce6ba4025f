/// A document of a view: bytes under a key, and the entries for finding it.
public struct ViewDocument: Hashable, Sendable {
    /// The key, 1 to 512 printable bytes.
    @Exact public private(set) var key: String
    /// The content, as its view writes it.
    public let body: [UInt8]
    /// Its entries in the indexes of the view.
    public let entries: [ViewEntry]

    /// Joins the parts.
    public init(key: String, body: [UInt8], entries: [ViewEntry] = []) {
        self.key = key
        self.body = body
        self.entries = entries
    }
}

/// A place of a document in an index of its view.
public typealias ViewEntry = StateEntry

extension ViewStep {
    /// Checks the numbers of a step, before any change. The documents are checked later, as records.
    /// - Throws: ``FlxError/Code/invalidValue``.
    package func check() throws(FlxError) {
        guard through >= after else { throw FlxError(.invalidValue, "view step: it leads from \(after) back to \(through)") }
        guard through < .end else { throw FlxError(.invalidValue, "view step: it leads to \(through), where no event can be") }
        guard handled >= 0, handled < .max else { throw FlxError(.invalidValue, "view step: it handled \(handled) events") }
    }
}
