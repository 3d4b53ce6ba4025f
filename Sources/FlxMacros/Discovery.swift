import CFlxSection
public import FlxEvents

/// A mark of the macros for discovery: a constant that puts one thing into a registry.
///
/// The linker gathers all such constants of a program in one section. Only code that the macros write has need of the type.
public typealias DiscoveryRecord = @Sendable (inout EventHandlerRegistry) -> Void

extension EventHandlerRegistry {
    /// The registry of everything in the program that carries `@Event`, `@EventHandlers` or `@Projection`, in all of its modules.
    ///
    /// A handler type is found if it can be made without arguments; register others by hand. On Linux the records of
    /// the program itself are found, and not those of shared libraries that it loads: register what these bring by hand too.
    public static func discovered() -> EventHandlerRegistry {
        var registry = EventHandlerRegistry()
        for part in 0..<flx_part_count() {
            let records = flx_records_of_part(part)
            // A closure alone in memory has the layout of a struct around it; through the struct it is called as it was compiled.
            let first = records.start?.assumingMemoryBound(to: Element.self)
            for element in UnsafeBufferPointer(start: first, count: records.bytes / MemoryLayout<Element>.stride) {
                element.record(&registry)
            }
        }
        return registry
    }

    private struct Element {
        let record: DiscoveryRecord
    }
}
