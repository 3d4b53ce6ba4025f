import ArgumentParser
import FlxCore
import FlxEvents
import FlxFiles

/// The options for reading the file of an import.
struct ReadingOptions: ParsableArguments {
    @Option(help: "What the file is: jsonl, csv, xes or ocel; without it, its name tells, else it is jsonl.")
    var format: LogFormat?

    @Option(help: "Where events go that have no subject.")
    var stream: String?

    @Option(help: ArgumentHelp("The zone of times that have none: Z, or an offset such as +01:00.", valueName: "offset"))
    var zone: ZoneOffset?

    @Option(help: ArgumentHelp("What parts the cells of a table: a character, or tab; its first line tells.", valueName: "char"))
    var delimiter: CSVDelimiter?

    @Option(
        help: ArgumentHelp("Which log it is, for the ids that are made; the file's name without it.", valueName: "name"),
        transform: Given.text)
    var origin: String?

    @Option(help: "What becomes the id of an event: id, source+id or origin+id.")
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
