#if defined(__linux__)
#define _GNU_SOURCE
#endif

#include "CFlxFile.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#if defined(STATX_INO)
#include <sys/sysmacros.h>
#endif

int flx_file_at(const char *path, struct flx_file *file) {
#if defined(STATX_INO)
    struct statx found;
    if (statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_INO, &found) == 0) {
        file->device = makedev(found.stx_dev_major, found.stx_dev_minor);
        file->inode = found.stx_ino;
        return 0;
    }
    // Older kernels do not know the call, and containers may refuse it.
    if (errno != ENOSYS && errno != EPERM) return errno;
#endif
    struct stat status;
    if (lstat(path, &status) != 0) return errno;
    file->device = (uint64_t)status.st_dev;
    file->inode = (uint64_t)status.st_ino;
    return 0;
}
