#pragma once

#include <stddef.h>

/// The records that the linker gathered in one part of the program: where they begin and how many bytes they take.
struct flx_records {
    const void *_Nullable start;
    size_t bytes;
};

/// The number of parts of the program, in each of which records may stand: one, or on Apple systems one a loaded image.
size_t flx_part_count(void);

/// The records of a part; nothing if there are none.
struct flx_records flx_records_of_part(size_t part);
