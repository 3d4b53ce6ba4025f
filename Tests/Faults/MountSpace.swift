import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// A view of the machine's mounts that is this run's own: what it mounts ends with it, however it ends, and nobody else's view keeps
/// a disk in use whose power was cut.
enum MountSpace {
    private static let mark = "FLX_FAULTS_OWN_MOUNTS"

    /// Starts the program anew with a view of its own, where that is possible; otherwise goes on as it is.
    static func enter() async throws {
        #if os(Linux)
            guard geteuid() == 0, getenv(mark) == nil, let program = Bundle.main.executablePath else { return }
            setenv(mark, "1", 1)
            let arguments = ["unshare", "--mount", "--propagation", "private", program] + CommandLine.arguments.dropFirst()
            guard try await system(arguments[0], "--mount", "--propagation", "private", "true") else { return }
            var pointers = arguments.map { strdup($0) } + [nil]
            execvp(arguments[0], &pointers)
        #endif
    }
}
