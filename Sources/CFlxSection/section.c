#include "CFlxSection.h"

// Said here, since nothing in Swift is said before the compiler has looked for swift-syntax.
#if !defined(FLX_MACROS)
#error "FlxMacros needs a trait of its package: .package(..., traits: [\"Macros\"]) where your Package.swift depends on it"
#endif

#if defined(__APPLE__)

#include <mach-o/dyld.h>
#include <mach-o/getsect.h>

size_t flx_part_count(void) {
    return _dyld_image_count();
}

struct flx_records flx_records_of_part(size_t part) {
    struct flx_records records = {NULL, 0};
    const struct mach_header_64 *header = (const struct mach_header_64 *)_dyld_get_image_header((uint32_t)part);
    if (header != NULL) {
        unsigned long bytes = 0;
        records.start = getsectiondata(header, "__DATA", "flx_records", &bytes);
        records.bytes = records.start == NULL ? 0 : bytes;
    }
    return records;
}

#elif defined(__ELF__)

// The linker makes these two for every section whose name is an identifier; they are absent when no record was linked.
extern const char start[] __asm__("__start_flx_records") __attribute__((weak, visibility("hidden")));
extern const char stop[] __asm__("__stop_flx_records") __attribute__((weak, visibility("hidden")));

size_t flx_part_count(void) {
    return 1;
}

struct flx_records flx_records_of_part(size_t part) {
    struct flx_records records = {NULL, 0};
    if (part == 0 && start != NULL) {
        records.start = start;
        records.bytes = (size_t)(stop - start);
    }
    return records;
}

#else

// Where records cannot be found, everything is registered by hand.
size_t flx_part_count(void) {
    return 0;
}

struct flx_records flx_records_of_part(size_t part) {
    (void)part;
    struct flx_records records = {NULL, 0};
    return records;
}

#endif
