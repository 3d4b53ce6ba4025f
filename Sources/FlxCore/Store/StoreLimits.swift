/// The limits on one call to a store. They are checked before anything is written or allocated for it.
public struct StoreLimits: Hashable, Sendable {
    /// The largest event: its payload and the texts of its envelope together, in bytes.
    public var eventBytes = 1 << 20
    /// The most events in one append, and the most writes, with events or without.
    public var appendEvents = 10_000
    /// The most bytes in one append, and in a change of several records.
    public var appendBytes = 64 << 20
    /// The most bytes of events in one page; a page holds one event at least.
    public var pageBytes = 16 << 20
    /// The most tags on an event.
    public var tags = 64
    /// The most extension attributes on an event.
    public var extensions = 64
    /// The largest body of a record beside the log, in bytes: a snapshot of 16 MiB, with its stamps. Leases need 1,024.
    public var stateBytes = (16 << 20) + 1_024
    /// The most entries of a record in indexes.
    public var stateEntries = 64
    /// The most keys in one call for records, and the most guards and edits in one change. Leases, snapshots and views need 1,000. One
    /// event may change as many documents of a view, less one.
    public var stateKeys = 10_000
    /// The most criteria, types and tags in the query of a boundary, counted together.
    public var boundaryTerms = 1_024

    /// The default limits of a store.
    public static let standard = StoreLimits()

    /// Makes the standard limits, to be changed one by one.
    public init() {}

    /// Checks an append: sizes, one appearance an id.
    /// - Throws: ``FlxError/Code/limitExceeded`` or ``FlxError/Code/invalidValue``, naming the field and the limit.
    public func check(_ writes: [StreamWrite], unless boundary: Boundary? = nil) throws(FlxError) {
        if let boundary {
            let terms = boundary.query.criteria.reduce(0) { $0 + 1 + $1.types.count + $1.tags.count }
            guard terms <= boundaryTerms else {
                throw FlxError(
                    .limitExceeded,
                    "append: the boundary has \(terms) criteria, types and tags, the limit is \(boundaryTerms); ask for less")
            }
        }
        let count = writes.reduce(0) { $0 + $1.events.count }
        guard max(count, writes.count) <= appendEvents else {
            throw FlxError(
                .limitExceeded, "append of \(count) events in \(writes.count) writes: the limit is \(appendEvents); append them in parts")
        }
        var ids = Set<EventID>()
        var bytes = 0
        for write in writes {
            for event in write.events {
                bytes += try check(event)
                guard count == 1 || ids.insert(event.id).inserted else {
                    throw FlxError(.invalidValue, "append: the id \(event.id) occurs twice in one call")
                }
            }
        }
        guard bytes <= appendBytes else {
            throw FlxError(.limitExceeded, "append of \(bytes) bytes: the limit is \(appendBytes); append them in parts")
        }
    }

    /// Checks one event and returns its size in bytes.
    /// - Throws: ``FlxError/Code/limitExceeded`` or ``FlxError/Code/invalidValue``, naming the field and the limit.
    @discardableResult
    public func check(_ event: Event) throws(FlxError) -> Int {
        try event.checkAttributes()
        guard event.tags.count <= tags else {
            throw FlxError(.limitExceeded, "event \(event.id): \(event.tags.count) tags, the limit is \(tags)")
        }
        guard event.extensions.count <= extensions else {
            throw FlxError(.limitExceeded, "event \(event.id): \(event.extensions.count) extensions, the limit is \(extensions)")
        }
        let bytes = event.approximateBytes
        guard bytes <= eventBytes else {
            throw FlxError(.limitExceeded, "event \(event.id): \(bytes) bytes, the limit is \(eventBytes)")
        }
        return bytes
    }
}

extension Event {
    /// The bytes of the payload and of the texts of the envelope, as all limits count them.
    public var approximateBytes: Int {
        var bytes = 64 + payload.bytes.count + type.description.utf8.count + source.utf8.count
        bytes += (stream?.description.utf8.count ?? 0) + (userID?.utf8.count ?? 0) + (partitionKey?.utf8.count ?? 0)
        bytes += (dataSchema?.utf8.count ?? 0) + (payload.contentType?.utf8.count ?? 0) + (trace?.state?.utf8.count ?? 0)
        bytes += id.textBytes + (correlationID?.textBytes ?? 0) + (causationID?.textBytes ?? 0)
        for tag in tags { bytes += tag.description.utf8.count }
        for (name, value) in extensions {
            bytes += name.description.utf8.count
            if case .string(let text) = value { bytes += text.utf8.count }
        }
        return bytes
    }
}

extension EventID {
    /// The bytes of the text of an id other than a UUID.
    fileprivate var textBytes: Int {
        if case .text(let text) = form { text.utf8.count } else { 0 }
    }
}
