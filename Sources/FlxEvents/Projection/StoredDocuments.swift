public import FlxCore

/// A ``DocumentView`` in its store.
public struct StoredDocuments<V: DocumentView>: StoredView {
    /// The number of documents that are read at a time, first and at most; their generation is one more key.
    private static var readKeys: (first: Int, most: Int) { (16, 999) }
    /// The bytes of documents after which no more are read at a time, and at which a page is divided.
    private static var readBytes: (part: Int, page: Int) { (4 << 20, 64 << 20) }
    /// The number of times that each event of a page is applied, on average, to learn which documents it will ask for.
    private static var lookAheads: Int { 8 }

    private let view: V
    /// The store.
    public let store: any StateStore

    /// Joins a view and its store.
    public init(_ view: V, in store: any StateStore) {
        self.view = view
        self.store = store
    }

    /// The name of the view.
    public var name: String { V.name }
    /// The version of its fold.
    public var version: Int { V.version }
    /// The events that it is made of.
    public var selection: Selection { V.selection }

    /// See ``FlxCore/StoredView/begin()``.
    public func begin() async throws(FlxError) -> ViewGeneration {
        try await store.beginGeneration(of: V.name, version: V.version)
    }

    /// See ``FlxCore/StoredView/project(_:to:through:)``.
    public func project(
        _ events: [RecordedEvent], to generation: ViewGeneration, through: Position
    ) async throws(FlxError) -> ViewGeneration {
        var (draft, index, handled, failure): (ViewDraft<V.Document>, Int, Int64, FlxError?) = (ViewDraft(), 0, 0, nil)
        var (lookAheads, bytes) = (Self.lookAheads * events.count, 0)
        apply: while index < events.count {
            // The parts of a split event share its position: the view has all of them or none.
            let parts = events[index...].prefix { $0.position == events[index].position }
            switch attempt(parts, &draft) {
            case .success(let count):
                handled += count
                index = parts.endIndex
            case .failure(let error) where draft.missing.isEmpty:
                failure = error
                break apply
            case .failure:
                // What the rest of the page will ask for is read with it, as far as that is known before this event is applied.
                let later = (parts.endIndex..<events.count).prefix(lookAheads)
                for index in later { _ = attempt(events[index...index], &draft) }
                lookAheads -= later.count
                if let error = try await load(&draft, &bytes, of: generation, isDivisible: parts.count < events.count) {
                    return try await projectHalves(of: events, to: generation, through: through, after: error, isOfEvent: true)
                }
            }
        }
        let end = failure == nil ? through : index == 0 ? generation.checkpoint : events[index - 1].position
        if end > generation.checkpoint || failure == nil {
            do throws(FlxError) {
                try await store.commit(ViewStep(
                    of: generation.id, after: generation.checkpoint, through: end, handled: handled, changes: try changes(draft),
                    events: generation.role == .current ? draft.events : []))
            } catch {
                // The documents of a page may be too many for one change, or one of them may be refused.
                return try await projectHalves(of: events, to: generation, through: through, after: error)
            }
        }
        if let failure { throw failure }
        return generation.advanced(through: end, handled: handled)
    }

    /// See ``FlxCore/StoredView/digest(of:)``.
    public func digest(of generation: ViewGeneration) async throws(FlxError) -> ViewDigest {
        var (digest, query) = (ViewDigest(), ViewQuery.all())
        while true {
            let page = try await store.documents(query, of: .generation(generation.id))
            for document in page.documents {
                var hash = ByteHash()
                hash.mix(document.key.utf8)
                hash.mix(document.body)
                digest.add(rowHash: hash.value)
            }
            guard let next = page.next else { return digest }
            query.after = next
        }
    }

    /// Applies the parts of one event, and counts those that the view handles; on a failure, or when a document was missing, the draft is
    /// as it was.
    private func attempt(_ parts: ArraySlice<RecordedEvent>, _ draft: inout ViewDraft<V.Document>) -> Result<Int64, FlxError> {
        draft.begin()
        var handled: Int64 = 0
        for recorded in parts {
            do {
                if try view.apply(recorded, to: &draft) { handled += 1 }
            } catch {
                draft.undo()
                return .failure(.cannotApply(error, of: V.name, at: recorded))
            }
            guard draft.missing.isEmpty else {
                draft.undo()
                return .failure(FlxError(.notFound, "documents are missing"))
            }
        }
        return .success(handled)
    }

    /// Reads the missing documents.
    /// - Parameter bytes: The bytes of all documents that were read for the page.
    /// - Returns: The reason why the events of the page cannot be applied together; nil if the documents were read.
    private func load(
        _ draft: inout ViewDraft<V.Document>, _ bytes: inout Int, of generation: ViewGeneration, isDivisible: Bool
    ) async throws(FlxError) -> FlxError? {
        var (rest, count) = (Array(draft.missing)[...], Self.readKeys.first)
        var documents: [(key: ExactText, document: V.Document?)] = []
        // Read in parts.
        while !rest.isEmpty {
            let part = rest.prefix(count)
            rest = rest.dropFirst(count)
            let (now, found) = try await store.reading(part.map(\.description), of: .generation(generation.id))
            // Another runner made a step: the documents may have the events of the page already, and a fold would take these for wrong
            // ones.
            guard now.checkpoint == generation.checkpoint else { throw ViewRefusal.hasMoved(now, from: generation.checkpoint) }
            let size = found.reduce(0) { $0 + ($1?.body.count ?? 0) }
            bytes += size
            guard bytes <= Self.readBytes.page || !isDivisible else {
                return FlxError(.limitExceeded, "view '\(V.name)': a page asks for more than \(Self.readBytes.page) bytes of documents")
            }
            count = min(Self.readKeys.most, max(1, Self.readBytes.part * part.count / max(1, size)))
            for (key, document) in zip(part, found) {
                do throws(FlxError) {
                    documents.append((key, try document.map { document throws(FlxError) in try V.decode(document) }))
                } catch {
                    return error
                }
            }
        }
        draft.fill(documents)
        return nil
    }

    private func changes(_ draft: ViewDraft<V.Document>) throws(FlxError) -> [ViewStep.Change] {
        var changes: [ViewStep.Change] = []
        for (key, document) in draft.changes {
            guard let document else { changes.append(.remove(key)); continue }
            changes.append(.put(ViewDocument(key: key, body: try Self.encode(document, key), entries: V.entries(of: document))))
        }
        return changes
    }

    private static func encode(_ document: V.Document, _ key: String) throws(FlxError) -> [UInt8] {
        do throws(FlxError) {
            return try EventEncoder().encode(document)
        } catch {
            // A type may throw whatever it likes.
            let code: FlxError.Code = error.code == .limitExceeded ? .limitExceeded : .invalidValue
            throw FlxError(code, "the document '\(key)' cannot be encoded: \(error.message)", cause: error)
        }
    }
}

extension DocumentView {
    /// The document in its bytes.
    static func decode(_ document: ViewDocument) throws(FlxError) -> Document {
        do throws(FlxError) {
            return try EventDecoder(limits: .inMemory).decode(Document.self, from: document.body)
        } catch {
            throw FlxError(
                error.code, "view '\(name)': the document '\(document.key)' is no \(Document.self): raise the version of the view",
                cause: error)
        }
    }
}
