import ChildProcesses
import Foundation
import SharedData
import Testing

/// A library between the program and the system. It makes the machine a different one.
struct SystemShim {
    /// The differences.
    enum Difference: String {
        /// The machine has one processor, so Swift's tasks have one thread.
        case oneProcessor = "FLX_SHIM_ONE_PROCESSOR"
        /// The time of the day runs backwards.
        case backwardTime = "FLX_SHIM_BACKWARD_TIME"
        /// Closing standard output reports an error, as a file system over the network does.
        case failingClose = "FLX_SHIM_FAILING_CLOSE"
    }

    /// The C compiler; nil if there is none, or if libraries are no help on this system.
    static let compiler: String? = {
        #if os(Linux)
            let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin").split(separator: ":")
            let files = folders.flatMap { folder in ["cc", "gcc", "clang"].map { "\(folder)/\($0)" } }
            return files.first { FileManager.default.isExecutableFile(atPath: $0) }
        #else
            return nil
        #endif
    }()

    private let library: String

    /// Compiles the library.
    static func make(in folder: TemporaryFolder) async throws -> SystemShim {
        let (source, library) = (try folder.write(text, to: "shim.c"), folder.file("shim.so"))
        let run = try await ChildProcess(compiler ?? "cc", ["-shared", "-fPIC", "-o", library, source, "-ldl"]).end()
        try #require(run.status == 0, "\(run.errors)")
        return SystemShim(library: library)
    }

    /// The variables for the environment of a program.
    func variables(_ difference: Difference) -> [String: String] { ["LD_PRELOAD": library, difference.rawValue: "1"] }

    private static let text = #"""
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <errno.h>
        #include <sched.h>
        #include <stdlib.h>
        #include <string.h>
        #include <time.h>
        #include <unistd.h>

        long sysconf(int name) {
            long (*next)(int) = dlsym(RTLD_NEXT, "sysconf");
            int counts = name == _SC_NPROCESSORS_ONLN || name == _SC_NPROCESSORS_CONF;
            return counts && getenv("FLX_SHIM_ONE_PROCESSOR") ? 1 : next(name);
        }

        int sched_getaffinity(pid_t process, size_t size, cpu_set_t *set) {
            int (*next)(pid_t, size_t, cpu_set_t *) = dlsym(RTLD_NEXT, "sched_getaffinity");
            if (!getenv("FLX_SHIM_ONE_PROCESSOR")) return next(process, size, set);
            memset(set, 0, size);
            CPU_SET(0, set);
            return 0;
        }

        int clock_gettime(clockid_t clock, struct timespec *time) {
            int (*next)(clockid_t, struct timespec *) = dlsym(RTLD_NEXT, "clock_gettime");
            int code = next(clock, time);
            if (clock != CLOCK_REALTIME || !getenv("FLX_SHIM_BACKWARD_TIME")) return code;
            static time_t first;
            if (!first) first = time->tv_sec;
            time->tv_sec = 2 * first - time->tv_sec;
            return code;
        }

        int close(int descriptor) {
            int (*next)(int) = dlsym(RTLD_NEXT, "close");
            int code = next(descriptor);
            if (descriptor != 1 || !getenv("FLX_SHIM_FAILING_CLOSE")) return code;
            errno = EIO;
            return -1;
        }
        """#
}

extension Trait where Self == ConditionTrait {
    /// Leaves a test out where no other machine can be simulated.
    static var machine: Self { .enabled(if: SystemShim.compiler != nil, "left out: another machine needs Linux and a C compiler") }
}
