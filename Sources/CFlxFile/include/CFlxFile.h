#pragma once

#include <stdint.h>

/// What tells a file apart from all others, whatever its names are.
struct flx_file {
    uint64_t device;
    uint64_t inode;
};

/// Finds the file that has a name; a symbolic link is one itself.
///
/// It does not ask for times. On Linux, from 6.13 on, the first write after somebody asked for them records a new time of its own, and a
/// commit after each such question takes a third longer (measured; see "multigrain timestamps" in the kernel's documentation).
///
/// Returns 0, or the system's number of the error.
int flx_file_at(const char *_Nonnull path, struct flx_file *_Nonnull file);
