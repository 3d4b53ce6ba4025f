import FlxEvents

/// What a run does: the measurements whose names start with one of the prefixes, or all, and where their files lie.
struct Plan {
    private(set) var prefixes: [String] = []
    /// The folder of stores and other files.
    private(set) var folder = "."
    /// How many events the great log has.
    private(set) var events = 1_000_000
    /// The program `flx`, for measuring its import.
    private(set) var program: String?

    /// Reads `[NAME…] [--dir FOLDER] [--events N] [--flx PROGRAM]`.
    init(_ arguments: some Sequence<String>) throws(FlxError) {
        var rest = arguments.makeIterator()
        while let argument = rest.next() {
            guard argument.hasPrefix("--") else {
                prefixes.append(argument)
                continue
            }
            guard let value = rest.next() else { throw FlxError(.invalidValue, "\(argument): a value must follow") }
            switch argument {
            case "--dir": folder = value
            case "--flx": program = value
            case "--events":
                guard let count = Int(value), count >= 10_000 else { throw FlxError(.invalidValue, "--events: at least 10000") }
                events = count
            default: throw FlxError(.invalidValue, "\(argument) is no option; there are --dir, --events and --flx")
            }
        }
    }

    /// The path of a file in the folder.
    func path(_ name: String) -> String { "\(folder)/\(name)" }

    /// Whether a measurement, or one under this name, is wanted.
    func wants(_ name: String) -> Bool {
        prefixes.isEmpty || prefixes.contains { name.hasPrefix($0) || $0.hasPrefix(name) }
    }

    /// Makes a measurement if it is wanted, and reports it.
    func measure(_ name: String, _ unit: String, _ values: () async throws -> [Double]) async throws {
        guard wants(name) else { return }
        try Report.emit(name, unit, try await values())
    }
}
