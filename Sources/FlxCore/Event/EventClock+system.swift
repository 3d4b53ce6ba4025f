#if canImport(Glibc)
    import Glibc
    import SwiftOverlayShims
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension EventClock {
    /// The clock of the system.
    public static let system = EventClock {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        // A clock set beyond the range shows the end of the range.
        return Timestamp(nanoseconds: Int64(clamping: Int128(time.tv_sec) * 1_000_000_000 + Int128(time.tv_nsec)))
    }
}
