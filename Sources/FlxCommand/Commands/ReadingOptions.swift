import ArgumentParser
import FlxCore
import FlxEvents
import FlxFiles

/// The options for reading the file of an import.
struct ReadingOptions: ParsableArguments {
    @Option(help: "The format of the file: jsonl, csv, xes or ocel; default: by its name, else jsonl.")
    var format: LogFormat?

    @Option(help: "The stream for events without a subject.")
    var stream: String?

    @Option(help: ArgumentHelp("The zone for times without one: Z, or an offset such as +01:00.", valueName: "offset"))
    var zone: ZoneOffset?

    @Option(help: ArgumentHelp("The delimiter of a table: a character, or tab; default: by its first line.", valueName: "char"))
    var delimiter: CSVDelimiter?

    @Option(
        help: ArgumentHelp("The name of the log, for computed ids; default: the file's name.", valueName: "name"),
        transform: Given.text)
    var origin: String?

    @Option(help: "The rule for the id of an event: id, source+id or origin+id.")
    var id = IDRule.id

    func format(of file: String) -> LogFormat { format ?? LogFormat(path: file) ?? .jsonl }

    /// The options in the reader's form.
    /// - Throws: ``Failure`` for options without a use in the format.
    func options(for file: String, _ transform: Transform?, _ schemas: SchemaCheck?) throws -> EventReader.Options {
        let format = format(of: file)
        guard zone == nil || format != .jsonl else { throw Failure(.usage, "--zone: the times of CloudEvents have zones") }
        guard delimiter == nil || format == .csv else { throw Failure(.usage, "--delimiter: only --format csv has one") }
        var options = EventReader.Options(format: format, transform: transform, schemas: schemas, ids: id)
        options.stream = try stream.map { name throws(FlxError) in try StreamName(name) }
        options.reading = LogReading(origin: origin ?? Self.name(of: file), zone: zone, delimiter: delimiter)
        return options
    }

    /// The last part of a path, for packed and other files.
    private static func name(of file: String) -> String {
        let name = file.parts(at: "/").last { !$0.isEmpty }.map(String.init) ?? file
        return name.ends(with: ".gz") ? String(decoding: name.utf8.dropLast(3), as: UTF8.self) : name
    }
}

extension LogFormat: ExpressibleByArgument {}
extension IDRule: ExpressibleByArgument {}
extension ZoneOffset: ExpressibleByArgument {}
extension CSVDelimiter: ExpressibleByArgument {}
