extension StatePage {
    /// Reads a page of the records of a space in memory, by sorting all records in the range; for drivers without indexes.
    /// - Parameters:
    ///   - records: All records of the space, in any order.
    ///   - pageBytes: The maximum number of bytes. The page contains at least one record.
    ///   - beside: The records under the keys of the query.
    public init(of records: some Sequence<StateRecord>, _ query: StateQuery, pageBytes: Int, beside: [StateRecord?] = []) {
        var draft = StatePageDraft(query, pageBytes: pageBytes)
        var places = records.flatMap { record in query.values(of: record).map { Place(value: $0, record: record) } }
        places.sort()
        if query.isReversed { places.reverse() }
        if let after = query.after {
            let cursor = Place(value: query.isByName ? nil : after.value ?? .number(.min), name: ExactText(after.name))
            places = Array(places.drop { query.isReversed ? $0 >= cursor : $0 <= cursor })
        }
        for place in places {
            guard let record = place.record, draft.add(record, StateQuery.Cursor(value: place.value, name: record.key.name)) else { break }
        }
        self = draft.page(beside: beside)
    }

    /// A place in the order of a query, and the record at this place.
    private struct Place: Comparable {
        let value: StateEntry.Value?
        let name: ExactText
        let record: StateRecord?

        init(value: StateEntry.Value?, record: StateRecord) {
            (self.value, name, self.record) = (value, ExactText(record.key.name), record)
        }

        init(value: StateEntry.Value?, name: ExactText) {
            (self.value, self.name, record) = (value, name, nil)
        }

        static func == (left: Self, right: Self) -> Bool { left.value == right.value && left.name == right.name }

        static func < (left: Self, right: Self) -> Bool {
            if let first = left.value, let second = right.value, first != second { return first < second }
            return left.name < right.name
        }
    }
}

extension StateQuery {
    fileprivate var isByName: Bool { if case .names = order { true } else { false } }

    /// The values under which the query finds a record, each once; nil for a record found by its name.
    fileprivate func values(of record: StateRecord) -> [StateEntry.Value?] {
        switch order {
        case .names(let prefix): record.key.name.utf8.starts(with: prefix.description.utf8) ? [nil] : []
        case .index(let range):
            Set(record.entries.filter { ExactText.same($0.index, range.index) && range.contains($0.value) }).map(\.value)
        }
    }
}
