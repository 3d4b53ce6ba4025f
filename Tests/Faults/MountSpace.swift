import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// A private view of the machine's mounts. Its mounts end with the run, however it ends, and no other view keeps a disk
/// without power in use.
enum MountSpace {
    private static let mark = "FLX_FAULTS_OWN_MOUNTS"

    /// Restarts the program with its own view if possible; otherwise continues without.
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
