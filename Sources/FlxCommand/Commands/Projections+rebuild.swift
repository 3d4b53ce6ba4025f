import ArgumentParser
import FlxEvents

extension StoredCounts: ExpressibleByArgument {}

extension Projections {
    struct Rebuild: AsyncParsableCommand, Act {
        static let configuration = CommandConfiguration(
            abstract: "Builds a view anew beside the current one, then replaces the current one.",
            discussion: """
                Examples:
                  flx projections rebuild types --compare
                  flx projections rebuild streams --discard --yes

                A stopped rebuild continues from its last step. With --compare both builds are
                compared first; exit code 2 means a difference.
                """)

        @OptionGroup var common: CommonOptions
        @OptionGroup var consent: Consent

        @Argument(help: ArgumentHelp("The view: types or streams.", valueName: "view"))
        var view: StoredCounts

        @Flag(help: "Compares the new build with the former one.")
        var compare = false

        @Flag(help: "Drops a stopped rebuild, instead of continuing it.")
        var discard = false

        /// The build under way, and its progress.
        struct Plan: Equatable {
            let build: ViewGeneration.ID?
            let position: Position?
        }

        // A rebuild removes nothing, so nobody is asked.
        var agreement: Agreement { discard || consent.dryRun ? consent.agreement : .given }

        var subject: Sheet {
            var sheet = Sheet()
            sheet.add("view", "view", .string(view.rawValue))
            return sheet
        }

        func plan(in store: OperatedStore) async throws -> Plan {
            let building = try await store.generations(of: view.rawValue).first { $0.role == .building }
            guard building != nil || !discard else { throw Failure(.found, "no rebuild of '\(view.rawValue)' is under way") }
            return Plan(build: building?.id, position: building?.checkpoint)
        }

        func words(for plan: Plan) -> String? {
            if discard, let build = plan.build, let position = plan.position {
                return "drop build \(build) of '\(view.rawValue)', now at \(position)"
            }
            guard consent.dryRun else { return nil }
            return "build '\(view.rawValue)' anew; the former build answers until the switch"
        }

        func describe(_ plan: Plan, in sheet: inout Sheet) {
            guard discard || consent.dryRun else { return }
            sheet.add("build", "build", plan.build.map { .int($0.value) } ?? .null)
            sheet.add("position", "position", plan.position.map { .int($0.value) } ?? .null)
        }

        func perform(_ plan: Plan, in store: OperatedStore, _ sheet: inout Sheet) async throws {
            if discard {
                if let build = plan.build { try await store.dropBuild(build) }
                return
            }
            let meter = ProgressMeter("rebuild", on: common.console)
            defer { meter.end() }
            let runner = ViewRunner(view.view(in: store))
            let rebuild = try await runner.rebuild(comparing: compare ? .report : .none) { step in
                let part = step.target > .start ? Double(step.generation.checkpoint.value) / Double(step.target.value) : nil
                meter.update(step.generation.checkpoint.value, part: part)
            }
            try await runner.catchUp()
            sheet.add("build", "build", rebuild.generation.id.value)
            sheet.add("switchPosition", "switched at", rebuild.switchPosition.value)
            sheet.add("handled", "handled", rebuild.generation.handled)
            sheet.add("wasResumed", "resumed", .bool(rebuild.wasResumed), rebuild.wasResumed ? "yes" : "no")
            let equal = rebuild.isEqual
            sheet.add("isEqual", "equal", equal.map { .bool($0) } ?? .null, equal.map { $0 ? "yes" : "no" } ?? "not compared")
        }

        func run() async throws {
            guard let sheet = try await carriedOut() else { return }
            try sheet.write(as: common.format, to: common.console)
            guard sheet.json["isEqual"] == false else { return }
            throw Failure(.found, "the former build of '\(view.rawValue)' held something else; the new one is in its place")
        }
    }
}
