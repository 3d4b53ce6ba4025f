import ArgumentParser
import FlxCore
import FlxEvents

/// What a command does to events on their way.
struct TransformOptions: ParsableArguments {
    private static let maximumBytes = 1 << 20

    @Option(
        help: ArgumentHelp("Does the steps in this file of JSON to each event.", valueName: "file"),
        completion: .file(extensions: ["json"]))
    var transform: String?

    /// The steps; nil where none are asked for.
    /// - Throws: ``Failure`` for a file that cannot be read or holds no steps.
    func loaded() throws -> Transform? {
        guard let transform else { return nil }
        do {
            let source = try FileSource(transform)
            var bytes: [UInt8] = []
            while case let piece = try source.next(), !piece.isEmpty {
                bytes += piece
                guard bytes.count <= Self.maximumBytes else { throw FlxError(.limitExceeded, "longer than \(Self.maximumBytes) bytes") }
            }
            return try Transform(json: bytes)
        } catch let error as FlxError {
            throw Failure(.usage, "--transform: \(transform): \(EventReader.reason(error))")
        }
    }
}
