import FlxCore

/// The checkpoints of readers and the last tokens of leases, among the records of a file.
///
/// Archives, and files before format 3, have both in one list. There the name of a token begins with a control character, which no
/// reader's name has.
enum StoredCheckpoints {
    private static let mark = "\u{1}lease:"
    private static let lists = [(StateSpace.checkpoints, ""), (.leaseTokens, mark)]

    static func isReader(_ name: String) -> Bool {
        (name.utf8.first ?? 0) >= 0x20
    }

    /// The SQL condition for records of both kinds that no store has written.
    static let areWrong = """
        number < 0 AND space IN (SELECT id FROM state_spaces
        WHERE name IN ('\(StateSpace.checkpoints.name)', '\(StateSpace.leaseTokens.name)'))
        """

    /// Returns both, by their names in the list.
    static func all(_ state: StateReading) throws(FlxError) -> [ExactText: Int64] {
        var all: [ExactText: Int64] = [:]
        for (space, mark) in lists {
            let query = StateQuery(space, limit: .max)
            var page = StatePageDraft(query, pageBytes: .max)
            try state.collect(query, &page)
            for record in page.page(beside: []).records {
                all[ExactText(mark + record.key.name)] = try record.position.value
            }
        }
        return all
    }

    /// Returns the change that saves a number under a name of the list; nil for a name that none has.
    static func edit(_ name: String, to number: Int64) -> StateEdit? {
        // By bytes: the name of a lease may begin with a mark that joins the character before it.
        let lease = name.utf8.starts(with: mark.utf8) ? String(decoding: name.utf8.dropFirst(mark.utf8.count), as: UTF8.self) : nil
        let key = lease.map { StateKey($0, in: .leaseTokens) } ?? StateKey(name, in: .checkpoints)
        guard number >= 0, (try? NameRule.checked(key.name, field: "checkpoint")) != nil else { return nil }
        return .put(StateRecord(key, number: number))
    }

    /// Moves the list of a file before format 3 into records. A row that no store has written is left out: its reader begins anew.
    static func moveList(_ handle: Handle) throws(FlxError) {
        var state = try StateWriting(handle)
        try eachInList(handle) { edit throws(FlxError) in
            if let edit { try state.make([edit]) }
        }
    }

    /// Returns the number of rows in the list of a file before format 3 that no store has written.
    static func wrongInList(_ handle: Handle) throws(FlxError) -> Int64 {
        var count: Int64 = 0
        try eachInList(handle) { edit in count += edit == nil ? 1 : 0 }
        return count
    }

    private static func eachInList(_ handle: Handle, _ body: (StateEdit?) throws(FlxError) -> Void) throws(FlxError) {
        let rows = try Statement(handle, "SELECT name, position FROM checkpoints")
        while try rows.step() {
            guard let name = rows.text(0), let number = rows.integer(1, in: 0...Int64.max) else {
                try body(nil)
                continue
            }
            try body(edit(name, to: number))
        }
    }
}

extension StateSpace {
    /// Returns the SQL condition for records of the space that lie beyond a position. For spaces of the library, whose numbers are
    /// positions.
    func isBeyond(_ position: Int64) -> String {
        "space = (SELECT id FROM state_spaces WHERE name = '\(name)') AND number > \(position)"
    }
}
