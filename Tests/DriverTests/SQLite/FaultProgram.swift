import Foundation

/// The program of fault campaigns, which the tests run as other processes.
enum FaultProgram {
    /// It is built into the folder where the tests are: beside their bundle, or beside the program that they are.
    static var path: String {
        let folders = [Bundle.main.bundleURL.deletingLastPathComponent(), Bundle.main.bundleURL]
        let paths = folders.map { $0.appendingPathComponent("flx-faults").path }
        return paths.first { FileManager.default.isExecutableFile(atPath: $0) } ?? paths[0]
    }
}
