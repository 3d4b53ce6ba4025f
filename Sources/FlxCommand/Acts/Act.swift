import FlxCore

/// An act of an operator on a store. It is planned with read access only, so a prompt holds no lock. Then the store is opened for writing
/// and the act is planned a second time. It is carried out if the plan is still the announced one.
///
/// The document shows the outcome in every case: `done`, `dryRun`, and `refusal` with the reason why it was not done.
protocol Act {
    /// The parts of the store to be changed.
    associatedtype Plan: Equatable

    var common: CommonOptions { get }
    var agreement: Agreement { get }
    /// The first fields of its document.
    var subject: Sheet { get }

    /// Finds the affected parts.
    /// - Throws: ``Failure`` with ``Ending/found`` if there are none.
    func plan(in store: OperatedStore) async throws -> Plan
    /// The text about the plan; nil if it needs none.
    func words(for plan: Plan) -> String?
    /// Further lines about it.
    func details(of plan: Plan) -> [String]
    /// Adds the plan to the document.
    func describe(_ plan: Plan, in sheet: inout Sheet)
    /// Carries out the plan, and adds the outcome to the document.
    func perform(_ plan: Plan, in store: OperatedStore, _ sheet: inout Sheet) async throws
}

extension Act {
    func details(of plan: Plan) -> [String] { [] }
    func describe(_ plan: Plan, in sheet: inout Sheet) {}

    /// Does the act and writes its document.
    func carryOut() async throws {
        if let sheet = try await carriedOut() { try sheet.write(as: common.format, to: common.console) }
    }

    /// Does the act.
    /// - Returns: Its document, to be written; nil after a dry run: its document is already written.
    func carriedOut() async throws -> Sheet? {
        var (sheet, hasBegun) = (subject, false)
        do {
            let seen = try await common.withStore { try await plan(in: $0) }
            describe(seen, in: &sheet)
            let words = words(for: seen)
            guard try words.map({ try agreement.isGiven(for: $0, details(of: seen), on: common.console) }) ?? true else {
                sheet.end(isDone: false, isDryRun: true)
                try sheet.write(as: common.format, to: common.console)
                return nil
            }
            sheet = try await common.withStore(.writing) { store in
                let plan = try await self.plan(in: store)
                guard agreement == .given || plan == seen else {
                    throw Failure(.failure, "nothing was done: the store has changed since it was looked at; run the command again")
                }
                var sheet = subject
                describe(plan, in: &sheet)
                hasBegun = true
                try await perform(plan, in: store, &sheet)
                return sheet
            }
            sheet.end(isDone: true)
            return sheet
        } catch {
            guard common.format.isJSON else { throw error }
            // After an error of the act itself it is unknown how much of it was done.
            sheet.end(isDone: hasBegun ? nil : false, isDryRun: agreement == .dryRun, refusal: Failure.message(of: error))
            try sheet.write(as: common.format, to: common.console)
            throw error
        }
    }
}

extension Sheet {
    /// Adds the outcome of an act.
    mutating func end(isDone: Bool?, isDryRun: Bool = false, refusal: String? = nil) {
        add("done", "done", isDone.map { .bool($0) } ?? .null, isDone == true ? "yes" : isDryRun ? "no, a dry run" : "no")
        add("dryRun", nil, .bool(isDryRun))
        add("refusal", nil, refusal.map { .string($0) } ?? .null)
    }
}
