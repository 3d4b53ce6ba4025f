import ChildProcesses
import Foundation

/// A library between a process and the system. It makes one call on the files of a folder fail.
struct Shim {
    static let leftOut = "left out: a failing medium needs Linux and a C compiler"

    /// The effect on the chosen call.
    enum Mode: String, CaseIterable {
        /// The call fails once.
        case fails
        /// The call fails, with all later ones that change a file.
        case stays
        /// A write writes half of its bytes and then fails. Any other call fails.
        case tears
        /// The process ends before the call.
        case dies
        /// The process ends after half of a write, or after any other call.
        case diesAfter
    }

    let library: String

    /// Compiles the library; returns nil if this is not possible.
    static func make(in folder: String) async throws -> Shim? {
        #if os(Linux)
            let (source, library) = (folder + "/shim.c", folder + "/shim.so")
            try text.write(toFile: source, atomically: false, encoding: .utf8)
            guard try await system("cc", "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl", "-lpthread") else { return nil }
            return Shim(library: library)
        #else
            return nil
        #endif
    }

    /// Returns the environment variables for a child.
    /// - Parameters:
    ///   - folder: The folder of the affected files.
    ///   - call: The number of the call, from 1; 0 for none.
    ///   - log: A file for recording each counted call in a line.
    func variables(
        _ folder: String, call: Int, _ mode: Mode, error: Int32, log: String? = nil, readsCount: Bool = false
    ) -> [String: String] {
        [
            "LD_PRELOAD": library, "FLX_SHIM_ROOT": folder, "FLX_SHIM_AT": "\(call)", "FLX_SHIM_MODE": mode.rawValue,
            "FLX_SHIM_ERRNO": "\(error)", "FLX_SHIM_LOG": log ?? "", "FLX_SHIM_READS": readsCount ? "1" : "",
            "SWIFT_BACKTRACE": "enable=no",
        ]
    }

    private static let text = #"""
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <errno.h>
        #include <fcntl.h>
        #include <signal.h>
        #include <stdarg.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/stat.h>
        #include <sys/syscall.h>
        #include <unistd.h>

        static long calls = 0;
        static const char *setting(const char *name) { const char *value = getenv(name); return value ? value : ""; }

        static int is_ours(const char *path) {
            const char *root = setting("FLX_SHIM_ROOT");
            size_t length = strlen(root);
            return length && !strncmp(path, root, length);
        }

        static int path_of(int descriptor, char *path, size_t size) {
            char link[64];
            snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
            ssize_t count = syscall(SYS_readlink, link, path, size - 1);
            if (count < 0) return 0;
            path[count] = 0;
            return is_ours(path);
        }

        /* What is to be done with a call: 0 let it pass, 1 fail, 2 half and fail, 3 half and die. */
        static int judge(const char *name, const char *path, int reads) {
            if (reads != (*setting("FLX_SHIM_READS") == '1')) return 0;
            long number = __sync_add_and_fetch(&calls, 1);
            const char *log = setting("FLX_SHIM_LOG");
            if (*log) {
                char line[4200];
                int count = snprintf(line, sizeof line, "%ld %s %s\n", number, name, path);
                int file = syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND, 0644);
                syscall(SYS_write, file, line, count);
                syscall(SYS_close, file);
            }
            long at = atol(setting("FLX_SHIM_AT"));
            const char *mode = setting("FLX_SHIM_MODE");
            if (!at || number < at || (number > at && strcmp(mode, "stays"))) return 0;
            if (!strcmp(mode, "dies")) kill(getpid(), SIGKILL);
            errno = atoi(setting("FLX_SHIM_ERRNO"));
            return !strcmp(mode, "tears") ? 2 : !strcmp(mode, "diesAfter") ? 3 : 1;
        }

        #define REAL(name) static __typeof__(&name) real; if (!real) real = dlsym(RTLD_NEXT, #name)
        #define ON_PATH(name, path, call) \
            REAL(name); int verdict = is_ours(path) ? judge(#name, path, 0) : 0; \
            if (verdict == 1 || verdict == 2) return -1; \
            int result = call; \
            if (verdict == 3) kill(getpid(), SIGKILL); \
            return result;
        #define ON_FILE(name, file, call) \
            REAL(name); char path[4096]; int verdict = path_of(file, path, sizeof path) ? judge(#name, path, 0) : 0; \
            if (verdict == 1 || verdict == 2) return -1; \
            int result = call; \
            if (verdict == 3) kill(getpid(), SIGKILL); \
            return result;
        #define MODE int mode = 0; \
            if (flags & (O_CREAT | O_TMPFILE)) { va_list more; va_start(more, flags); mode = va_arg(more, int); va_end(more); }
        #define WRITES(name, count, half) \
            REAL(name); char path[4096]; int verdict = path_of(file, path, sizeof path) ? judge(#name, path, 0) : 0; \
            if (verdict >= 2) { int error = errno; half; errno = error; } \
            if (verdict == 3) kill(getpid(), SIGKILL); \
            if (verdict) return -1;
        #define READS(name) \
            REAL(name); char path[4096]; if (path_of(file, path, sizeof path) && judge(#name, path, 1)) return -1;

        int open(const char *path, int flags, ...) { MODE ON_PATH(open, path, real(path, flags, mode)) }
        int open64(const char *path, int flags, ...) { MODE ON_PATH(open64, path, real(path, flags, mode)) }
        int openat(int at, const char *path, int flags, ...) { MODE ON_PATH(openat, path, real(at, path, flags, mode)) }
        int unlink(const char *path) { ON_PATH(unlink, path, real(path)) }
        int rename(const char *from, const char *to) { ON_PATH(rename, to, real(from, to)) }
        int link(const char *from, const char *to) { ON_PATH(link, to, real(from, to)) }
        int mkdir(const char *path, mode_t mode) { ON_PATH(mkdir, path, real(path, mode)) }
        int chmod(const char *path, mode_t mode) { ON_PATH(chmod, path, real(path, mode)) }
        int fchmod(int file, mode_t mode) { ON_FILE(fchmod, file, real(file, mode)) }
        int fsync(int file) { ON_FILE(fsync, file, real(file)) }
        int fdatasync(int file) { ON_FILE(fdatasync, file, real(file)) }
        int ftruncate(int file, off_t size) { ON_FILE(ftruncate, file, real(file, size)) }
        int ftruncate64(int file, off64_t size) { ON_FILE(ftruncate64, file, real(file, size)) }
        ssize_t write(int file, const void *bytes, size_t count) {
            WRITES(write, count, real(file, bytes, count / 2)) return real(file, bytes, count);
        }
        ssize_t pwrite(int file, const void *bytes, size_t count, off_t offset) {
            WRITES(pwrite, count, real(file, bytes, count / 2, offset)) return real(file, bytes, count, offset);
        }
        ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t offset) {
            WRITES(pwrite64, count, real(file, bytes, count / 2, offset)) return real(file, bytes, count, offset);
        }
        ssize_t read(int file, void *bytes, size_t count) { READS(read) return real(file, bytes, count); }
        ssize_t pread(int file, void *bytes, size_t count, off_t offset) { READS(pread) return real(file, bytes, count, offset); }
        ssize_t pread64(int file, void *bytes, size_t count, off64_t offset) { READS(pread64) return real(file, bytes, count, offset); }
        """#
}
