/// The records of a store in memory: a value without locks, in which the contract of ``StateStore`` is plain calls.
struct StateTable: Sendable {
    /// A value of an index, and the record that has it.
    fileprivate struct Posting: Comparable, Sendable {
        let value: StateEntry.Value
        let name: ExactText

        static func < (left: Self, right: Self) -> Bool { left.value == right.value ? left.name < right.name : left.value < right.value }
    }

    fileprivate struct Space: Sendable {
        var records: [ExactText: StateRecord] = [:]
        var names = SortedPieces<ExactText>()
        var indexes: [ExactText: SortedPieces<Posting>] = [:]
    }

    /// What was removed. To let go of many records takes its time, which its owner chooses.
    struct Removed: Sendable {
        fileprivate var spaces: [Space] = []
    }

    private var spaces: [StateSpace: Space] = [:]
    private var revision: Int64 = 0

    /// The record under a key.
    func record(_ key: StateKey) -> StateRecord? {
        spaces[key.space]?.records[ExactText(key.name)]
    }

    /// Checks that all guards hold.
    func check(_ guards: [StateGuard]) throws(FlxError) {
        for guarding in guards {
            let record = record(guarding.key)
            guard guarding.holds(of: record?.number, revision: record?.revision) else { throw guarding.refusal }
        }
    }

    /// Makes changes, in order.
    mutating func make(_ edits: [StateEdit]) -> Removed {
        var removed = Removed()
        for edit in edits {
            switch edit {
            case .put(let record): put(record)
            case .remove(let key): spaces[key.space]?.remove(ExactText(key.name))
            case .removeAll(let space):
                if let space = spaces.removeValue(forKey: space) { removed.spaces.append(space) }
            }
        }
        return removed
    }

    private mutating func put(_ record: StateRecord) {
        revision += 1
        let record = StateRecord(
            record.key, number: record.number, body: record.body, entries: record.entries, revision: revision)
        spaces[record.key.space, default: Space()].put(record)
    }

    /// A page of records.
    func page(_ query: StateQuery, pageBytes: Int) -> StatePage {
        var page = PageDraft(query, pageBytes: pageBytes)
        if let space = spaces[query.space] {
            switch query.order {
            case .names(let prefix): space.collect(prefix, query, &page)
            case .index(let range): space.collect(range, query, &page)
            }
        }
        return page.page(beside: query.keys.map(record))
    }
}

extension StateTable.Space {
    fileprivate mutating func put(_ record: StateRecord) {
        let name = ExactText(record.key.name)
        if let former = records.updateValue(record, forKey: name) { unlist(former, name) } else { names.insert(name) }
        for entry in record.entries {
            indexes[ExactText(entry.index), default: SortedPieces()].insert(StateTable.Posting(value: entry.value, name: name))
        }
    }

    fileprivate mutating func remove(_ name: ExactText) {
        guard let record = records.removeValue(forKey: name) else { return }
        names.remove(name)
        unlist(record, name)
    }

    private mutating func unlist(_ record: StateRecord, _ name: ExactText) {
        for entry in record.entries {
            indexes[ExactText(entry.index)]?.remove(StateTable.Posting(value: entry.value, name: name))
        }
    }

    fileprivate func collect(_ prefix: ExactText, _ query: StateQuery, _ page: inout PageDraft) {
        let start = prefix.description.utf8
        func add(_ name: ExactText) -> Bool {
            guard name.description.utf8.starts(with: start), let record = records[name] else { return false }
            return page.add(record, StateQuery.Cursor(name: name.description))
        }
        let after = query.after.map { ExactText($0.name) }
        if query.isReversed {
            // The first name behind all that begin so, or the place where the last page ended.
            let names = names.descending { name in
                (after.map { name >= $0 } ?? false) || (name > prefix && !name.description.utf8.starts(with: start))
            }
            for name in names where !add(name) { break }
        } else {
            for name in names.ascending(where: { name in name >= prefix && (after.map { name > $0 } ?? true) }) where !add(name) { break }
        }
    }

    fileprivate func collect(_ range: StateQuery.Range, _ query: StateQuery, _ page: inout PageDraft) {
        guard let index = indexes[ExactText(range.index)] else { return }
        let after = query.after.map { StateTable.Posting(value: $0.value ?? .number(.min), name: ExactText($0.name)) }
        func add(_ posting: StateTable.Posting) -> Bool {
            guard range.contains(posting.value), let record = records[posting.name] else { return false }
            return page.add(record, StateQuery.Cursor(value: posting.value, name: posting.name.description))
        }
        if query.isReversed {
            let postings = index.descending { posting in
                (after.map { posting >= $0 } ?? false) || (range.through.map { posting.value > $0 } ?? false)
            }
            for posting in postings where !add(posting) { break }
        } else {
            let postings = index.ascending { posting in
                (range.from.map { posting.value >= $0 } ?? true) && (after.map { posting > $0 } ?? true)
            }
            for posting in postings where !add(posting) { break }
        }
    }
}

/// A page that is being filled.
private struct PageDraft {
    private let query: StateQuery
    private let pageBytes: Int
    private var records: [StateRecord] = []
    private var bytes = 0
    private var last: StateQuery.Cursor?
    private var isFull = false

    init(_ query: StateQuery, pageBytes: Int) {
        (self.query, self.pageBytes) = (query, pageBytes)
    }

    /// Adds a record, with the place behind it.
    /// - Returns: Whether it may ask for another one. Once the page is full, it is asked for one more, to know whether there is one.
    mutating func add(_ record: StateRecord, _ place: StateQuery.Cursor) -> Bool {
        let size = query.omitsBodies ? 0 : record.body.count
        guard records.count < query.limit, records.isEmpty || bytes + size <= pageBytes else {
            isFull = true
            return false
        }
        records.append(query.omitsBodies ? record.withoutBody : record)
        bytes += size
        last = place
        return true
    }

    func page(beside: [StateRecord?]) -> StatePage {
        StatePage(records: records, next: isFull ? last : nil, beside: beside)
    }
}

extension StateQuery.Range {
    /// Whether a value is in the range.
    func contains(_ value: StateEntry.Value) -> Bool {
        (from.map { $0 <= value } ?? true) && (through.map { value <= $0 } ?? true)
    }
}

extension StateRecord {
    fileprivate var withoutBody: StateRecord {
        StateRecord(key, number: number, body: [], entries: entries, revision: revision)
    }
}
