import ArgumentParser
import FlxCore

/// The command and its subcommands.
struct Flx: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "flx",
        abstract: "Keeps, shows and moves events: the program of FLX Events.",
        discussion: """
            Examples:
              flx demo                                  see it work, with nothing installed
              flx import orders.jsonl.gz                take in a log of CloudEvents
              flx read --type order.placed --where 'data.total > 100'
              flx tail -f -o jsonl | jq .type

            The store is one SQLite file: --store PATH, else the variable FLX_STORE, else
            flx.db here. Output is a table on a terminal and plain lines in a pipe; -o
            table|plain|json|jsonl chooses. Data goes to standard output, everything else
            to standard error. NO_COLOR is respected.

            Exit codes: 0 done; 1 failed; 2 done, and found something; 64 not understood,
            or no such store; 69 the store cannot be used now; 130 stopped by a signal.

            Completion: flx --generate-completion-script bash > /etc/bash_completion.d/flx
            (zsh and fish too).
            """,
        version: "0.1.0",
        groupedSubcommands: [
            CommandGroup(name: "Start:", subcommands: [Demo.self]),
            CommandGroup(name: "Write:", subcommands: [Import.self, Append.self]),
            CommandGroup(
                name: "Read:",
                subcommands: [Read.self, Tail.self, Export.self, Events.self, Streams.self, Types.self, Project.self, StateCommand.self]),
            CommandGroup(name: "Views:", subcommands: [Projections.self, SnapshotsCommand.self]),
            CommandGroup(name: "Operate:", subcommands: [Info.self, Schemas.self, Verify.self, Doctor.self, Bench.self]),
            CommandGroup(name: "Subscriptions:", subcommands: [Subscriptions.self, Parked.self]),
            CommandGroup(name: "Keep safe:", subcommands: [Backup.self, Restore.self, Repair.self, Copy.self]),
        ])
}
