/// The head of a generation of a view, as a record: its number is the checkpoint, its body the rest of ``ViewGeneration``.
///
/// The documents of the generation are the records of a space of its own, ``documents``.
package struct ViewHead: Sendable {
    /// The space of the heads. The name of each is the number of its generation in 19 digits, so they are in the order of creation.
    package static let space = StateSpace("views")
    /// The record of the last number given to a generation. Each beginning, hold, switch or drop of a generation writes it, so such changes
    /// happen one after the other.
    package static let last = StateKey("last", in: StateSpace("view-numbers"))
    /// The index of the heads by the names of their views.
    private static let index = "view"
    private static let digits = 19
    /// The numbers of generations. A greater one is damage: without the bound, numbers would end one day.
    package static let numbers = 1...Int64.max / 2

    /// The generation.
    package var generation: ViewGeneration
    /// True for a current generation that takes no steps until another one takes its place, or is abandoned.
    package var isHeld: Bool
    /// The time at which a generation under construction counts as abandoned; nil for others. Each of its steps sets a new one.
    package var expires: Timestamp?
    /// The user's tables of the generation, in a store with such tables.
    package var tables: [String]
    /// The revision of the record; 0 for a new generation.
    private let revision: Int64

    /// A generation under construction counts as abandoned after this time without a step.
    package static let patience = Duration.seconds(30)

    /// The key of the head.
    package var key: StateKey { Self.key(generation.id) }
    /// The condition that the head has not been written since it was read.
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

    /// True while a runner works on a generation under construction.
    ///
    /// No step sets a time further away than the patience. A later time was set before the clock was set back, or by no store, and would
    /// hold the view until then.
    package func isActive(at time: Timestamp) -> Bool {
        guard generation.role == .building, let expires else { return false }
        return time < expires && expires <= time.advanced(by: Self.patience * 2)
    }

    /// Notes that a runner works on a generation under construction.
    package mutating func touch(_ time: Timestamp) {
        if generation.role == .building { expires = time.advanced(by: Self.patience) }
    }

    /// The key of the head of a generation.
    package static func key(_ id: ViewGeneration.ID) -> StateKey {
        StateKey(String(repeating: "0", count: max(0, digits - id.description.utf8.count)) + id.description, in: space)
    }

    /// The space of the documents of a generation.
    package static func documents(_ id: ViewGeneration.ID) -> StateSpace { StateSpace("view-\(id)") }

    /// Returns true if a space with that name contains records of views.
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

    /// Returns false for the record of a head without tables. It examines only the bytes: nearly all heads have no tables.
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

    /// Reads a head. All of it is checked: a file may come from elsewhere.
    /// - Throws: ``FlxError/Code/corrupt`` for a record not written by a store.
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
