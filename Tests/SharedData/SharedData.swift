package import Foundation
package import Testing

/// Test data that lives beside the package and is no part of it: `FLX_SHARED`, or the folder `shared` next to the package.
///
/// Suites over it carry `.sharedData`: a clone without the folder leaves them out and says so; with `CI=true` it must be there.
package enum SharedData {
    /// The folder, if it is there.
    package static let folder: URL? = {
        let named = ProcessInfo.processInfo.environment["FLX_SHARED"].map { URL(fileURLWithPath: $0) }
        let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..").standardizedFileURL
        let beside = package.deletingLastPathComponent().appendingPathComponent("shared")
        let folder = named ?? beside
        return FileManager.default.fileExists(atPath: folder.path) ? folder : nil
    }()

    /// Whether a missing folder is a failure.
    package static let isRequired = ProcessInfo.processInfo.environment["CI"] == "true"

    /// A file or folder in it, such as `vectors/naughty-strings.json`; nil if it is not there.
    package static func file(_ path: String) -> URL? {
        guard let url = folder?.appendingPathComponent(path), FileManager.default.fileExists(atPath: url.path) else { return nil }
        return url
    }

    /// A file or folder in it that a test cannot do without.
    package static func required(_ path: String) throws -> URL {
        try #require(file(path), "\(path) is not in the shared test data")
    }
}

extension Trait where Self == ConditionTrait {
    /// Runs a suite or test where the shared test data is, and everywhere in CI, where it fails without them.
    package static var sharedData: Self {
        .enabled(if: SharedData.folder != nil || SharedData.isRequired, "left out: no shared test data (FLX_SHARED or ../shared)")
    }
}
