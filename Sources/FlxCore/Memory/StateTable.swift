/// The records of a store in memory: a value without locks. The contract of ``StateStore`` is plain calls here.
package struct StateTable: Sendable {
    /// A value of an index, and its record.
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

    /// The records from before some changes. To free many records takes time; the owner chooses when.
    package struct Former: Sendable {
        fileprivate enum Place: Sendable {
            case record(StateKey, StateRecord?)
            case space(StateSpace, Space)
        }

        fileprivate var places: [Place] = []

        package init() {}
    }

    private var spaces: [StateSpace: Space] = [:]

    package init() {}

    /// The record under a key.
    package func record(_ key: StateKey) -> StateRecord? {
        spaces[key.space]?.records[ExactText(key.name)]
    }

    /// Makes a change. A record to put must have its revision.
    package mutating func make(_ edit: StateEdit, _ former: inout Former) {
        switch edit {
        case .put(let record):
            former.places.append(.record(record.key, spaces[record.key.space, default: Space()].put(record)))
        case .remove(let key):
            if let record = spaces[key.space]?.remove(ExactText(key.name)) { former.places.append(.record(key, record)) }
        case .removeAll(let space):
            if let records = spaces.removeValue(forKey: space) { former.places.append(.space(space, records)) }
        }
    }

    /// Undoes changes.
    package mutating func undo(_ former: Former) {
        for place in former.places.reversed() {
            switch place {
            case .record(_, let record?): _ = spaces[record.key.space, default: Space()].put(record)
            case .record(let key, nil): _ = spaces[key.space]?.remove(ExactText(key.name))
            case .space(let space, let records): spaces[space] = records
            }
        }
    }

    /// A page of records.
    package func page(_ query: StateQuery, pageBytes: Int) -> StatePage {
        var page = StatePageDraft(query, pageBytes: pageBytes)
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
    /// - Returns: The former record.
    fileprivate mutating func put(_ record: StateRecord) -> StateRecord? {
        let name = ExactText(record.key.name)
        let former = records.updateValue(record, forKey: name)
        if let former { unlist(former, name) } else { names.insert(name) }
        for entry in record.entries {
            indexes[ExactText(entry.index), default: SortedPieces()].insert(StateTable.Posting(value: entry.value, name: name))
        }
        return former
    }

    /// - Returns: The former record.
    fileprivate mutating func remove(_ name: ExactText) -> StateRecord? {
        guard let record = records.removeValue(forKey: name) else { return nil }
        names.remove(name)
        unlist(record, name)
        return record
    }

    private mutating func unlist(_ record: StateRecord, _ name: ExactText) {
        for entry in record.entries {
            indexes[ExactText(entry.index)]?.remove(StateTable.Posting(value: entry.value, name: name))
        }
    }

    fileprivate func collect(_ prefix: ExactText, _ query: StateQuery, _ page: inout StatePageDraft) {
        let start = prefix.description.utf8
        func add(_ name: ExactText) -> Bool {
            guard name.description.utf8.starts(with: start), let record = records[name] else { return false }
            return page.add(record, StateQuery.Cursor(name: name.description))
        }
        let after = query.after.map { ExactText($0.name) }
        if query.isReversed {
            // The first name behind all names with the prefix, or the end of the last page.
            let names = names.descending { name in
                (after.map { name >= $0 } ?? false) || (name > prefix && !name.description.utf8.starts(with: start))
            }
            for name in names where !add(name) { break }
        } else {
            for name in names.ascending(where: { name in name >= prefix && (after.map { name > $0 } ?? true) }) where !add(name) { break }
        }
    }

    fileprivate func collect(_ range: StateQuery.Range, _ query: StateQuery, _ page: inout StatePageDraft) {
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
