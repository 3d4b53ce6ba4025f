/// The head of a generation of a view, as a record: its number is the checkpoint, its body the rest of ``ViewGeneration``.
///
/// The documents of the generation are the records of a space of its own, ``documents``.
package struct ViewHead: Sendable {
    /// The space of the heads. The name of each is the number of its generation in 19 digits, so that they stand in the order of begin.
    package static let space = StateSpace("views")
    /// The record of the last number given to a generation. Whatever begins, holds, switches or drops a generation writes it, so that such
    /// changes happen one after the other.
    package static let last = StateKey("last", in: StateSpace("view-numbers"))
    /// The index of the heads by the names of their views.
    private static let index = "view"
    private static let digits = 19
    /// The numbers that generations have. A greater one is damage: there would be no next one some day.
    package static let numbers = 1...Int64.max / 2

    /// The generation.
    package var generation: ViewGeneration
    /// True for a current generation that takes no step until another takes its place, or nobody works on that one any more.
    package var isHeld: Bool
    /// The time at which a generation that is being built counts as abandoned; nil for others. Each step of it sets a new one.
    package var expires: Timestamp?
    /// The tables of the user's own that belong to it, in a store that has such.
    package var tables: [String]
    /// The revision of the record; 0 for a generation that is about to begin.
    private let revision: Int64

    /// So long after its last step, a generation that is being built counts as abandoned.
    package static let patience = Duration.seconds(30)

    /// The key of the head.
    package var key: StateKey { Self.key(generation.id) }
    /// The condition that nobody has written the head since it was read.
    package var isUnchanged: StateGuard { .revision(key, revision) }
    /// The space of the documents.
    package var documents: StateSpace { Self.documents(generation.id) }

    /// Begins a generation.
    package init(_ generation: ViewGeneration, tables: [String] = []) {
        self.init(generation, isHeld: false, expires: nil, tables: tables, revision: 0)
    }

    private init(_ generation: ViewGeneration, isHeld: Bool, expires: Timestamp?, tables: [String], revision: Int64) {
        (self.generation, self.isHeld, self.expires, self.tables, self.revision) = (generation, isHeld, expires, tables, revision)
    }

    /// True while somebody works on a generation that is being built.
    ///
    /// No step sets a time that is further away than the patience. One that is was set before the clock was set back, or by no store, and
    /// would hold the view for as long.
    package func isActive(at time: Timestamp) -> Bool {
        guard generation.role == .building, let expires else { return false }
        return time < expires && expires <= time.advanced(by: Self.patience * 2)
    }

    /// Notes that somebody works on a generation that is being built.
    package mutating func touch(_ time: Timestamp) {
        if generation.role == .building { expires = time.advanced(by: Self.patience) }
    }

    /// The key of the head of a generation.
    package static func key(_ id: ViewGeneration.ID) -> StateKey {
        StateKey(String(repeating: "0", count: max(0, digits - id.description.utf8.count)) + id.description, in: space)
    }

    /// The space of the documents of a generation.
    package static func documents(_ id: ViewGeneration.ID) -> StateSpace { StateSpace("view-\(id)") }

    /// Returns true if the records of a space with that name are those of views.
    package static func isOfViews(_ name: String) -> Bool {
        if [space, last.space].contains(where: { ExactText.same($0.name, name) }) { return true }
        guard name.utf8.starts(with: "view-".utf8), let id = Int64(String(decoding: name.utf8.dropFirst(5), as: UTF8.self)) else {
            return false
        }
        return ExactText.same(documents(ViewGeneration.ID(id)).name, name)
    }

    /// The query for the heads of a view, or of all views for nil, in the order of begin.
    package static func query(_ view: String?) -> StateQuery {
        guard let view else { return StateQuery(space) }
        return StateQuery(space, by: StateQuery.Range(index, from: .text(view), through: .text(view)))
    }
}

extension ViewHead {
    private struct Body: Codable {
        var view: String
        var version: Int
        var role: String
        var handled: Int64
        var switchPosition: Int64?
        var isHeld: Bool?
        var expires: Int64?
        var tables: [String]?
    }

    /// Returns false if a record is that of a head without tables. It looks at the bytes alone: nearly all heads have none.
    package static func mayHaveTables(_ record: StateRecord) -> Bool {
        record.body.firstRange(of: "\"tables\"".utf8) != nil
    }

    /// The record of the head.
    package var record: StateRecord {
        get throws(FlxError) {
            let body = Body(
                view: generation.view, version: generation.version, role: generation.role.rawValue, handled: generation.handled,
                switchPosition: generation.switchPosition?.value, isHeld: isHeld ? true : nil, expires: expires?.nanoseconds,
                tables: tables.isEmpty ? nil : tables)
            return StateRecord(
                key, number: generation.checkpoint.value, body: try EventEncoder().encode(body),
                entries: [StateEntry(Self.index, generation.view)])
        }
    }

    /// Reads a head. Nothing in it is believed: a file may come from elsewhere.
    /// - Throws: ``FlxError/Code/corrupt`` for a record that no store has written.
    package init(_ record: StateRecord) throws(FlxError) {
        let numbers = 0..<Int64.max
        guard let id = Int64(record.key.name), Self.numbers.contains(id),
            ExactText.same(Self.key(ViewGeneration.ID(id)).name, record.key.name),
            let body = try? EventDecoder().decode(Body.self, from: record.body), let role = ViewGeneration.Role(rawValue: body.role),
            (try? NameRule.checked(body.view, field: "view")) != nil, record.entries == [StateEntry(Self.index, body.view)],
            [record.number, body.handled, body.switchPosition ?? 0].allSatisfy(numbers.contains)
        else { throw ViewRefusal.damagedEntry }
        let generation = ViewGeneration(
            id: ViewGeneration.ID(id), view: body.view, version: body.version, role: role,
            checkpoint: Position(unchecked: record.number), handled: body.handled,
            switchPosition: body.switchPosition.map { Position(unchecked: $0) })
        self.init(
            generation, isHeld: body.isHeld ?? false, expires: body.expires.map { Timestamp(nanoseconds: $0) }, tables: body.tables ?? [],
            revision: record.revision)
    }
}
