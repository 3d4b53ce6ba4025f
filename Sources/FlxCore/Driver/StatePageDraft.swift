/// A page of records under construction, limited by count and by bytes. For drivers with their own index of records.
public struct StatePageDraft {
    private let query: StateQuery
    private let pageBytes: Int
    private var records: [StateRecord] = []
    private var bytes = 0
    private var last: StateQuery.Cursor?
    private var isFull = false

    /// Begins a page for a query.
    public init(_ query: StateQuery, pageBytes: Int) {
        (self.query, self.pageBytes) = (query, pageBytes)
    }

    /// Adds a record, with the place behind it.
    /// - Returns: True if the caller should add another one. A full page takes one more call, to detect further records.
    public mutating func add(_ record: StateRecord, _ place: StateQuery.Cursor) -> Bool {
        let size = record.bytes - (query.omitsBodies ? record.body.count : 0)
        guard records.count < query.limit, records.isEmpty || bytes + size <= pageBytes else {
            isFull = true
            return false
        }
        records.append(query.omitsBodies ? record.withoutBody : record)
        bytes += size
        last = place
        return true
    }

    /// The page, with the records under the keys of the query beside it.
    public func page(beside: [StateRecord?] = []) -> StatePage {
        StatePage(records: records, next: isFull ? last : nil, beside: beside)
    }
}

extension StateQuery.Range {
    /// Returns true if a value is in the range.
    public func contains(_ value: StateEntry.Value) -> Bool {
        (from.map { $0 <= value } ?? true) && (through.map { value <= $0 } ?? true)
    }
}

extension StateRecord {
    fileprivate var withoutBody: StateRecord {
        StateRecord(key, number: number, body: [], entries: entries, revision: revision)
    }
}
