import ArgumentParser
import FlxCore
import FlxEvents

/// The option for a transform of events.
struct TransformOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Applies the steps in this JSON file to each event.", valueName: "file"),
        completion: .file(extensions: ["json"]), transform: Given.text)
    var transform: String?

    /// The steps; nil without the option.
    /// - Throws: ``Failure`` for an unreadable file or one without steps.
    func loaded() throws -> Transform? {
        guard let transform else { return nil }
        return try StepsFile.read(transform, "--transform") { bytes throws(FlxError) in try Transform(json: bytes) }
    }
}
