import ArgumentParser

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The options of acts that cannot be taken back.
struct Consent: ParsableArguments {
    @Flag(help: "Only say what would be done.")
    var dryRun = false

    @Flag(name: .shortAndLong, help: "Do it without being asked; needed where nobody can be.")
    var yes = false

    /// Says what will be done, and finds out whether it may be.
    /// - Returns: False for a dry run.
    /// - Throws: ``Failure`` where nobody can be asked, and when a person says no.
    func isGiven(for act: String, on console: Console) throws -> Bool {
        console.say(dryRun ? "would: \(act)" : act)
        if dryRun || yes { return yes && !dryRun }
        guard isatty(0) == 1 else { throw Failure(.usage, "nothing was done: say --yes to do it, or --dry-run to look") }
        console.say("Go on? [y/N]")
        guard let answer = readLine(), ["y", "yes"].contains(answer.lowercased()) else { throw Failure(.failure, "nothing was done") }
        return true
    }
}

/// Who acts, and why.
struct OperatorOptions: ParsableArguments {
    @Option(name: .customLong("operator"), help: ArgumentHelp("Who acts, for the record; without it the variable USER.", valueName: "name"))
    var name: String?

    var operatorName: String { name ?? Environment["USER"] ?? "flx" }
}
