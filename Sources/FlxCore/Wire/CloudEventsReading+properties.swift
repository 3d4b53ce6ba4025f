extension CloudEventsReading {
    /// Takes an extension: as the matching property of the event, or as one of its extensions.
    ///
    /// A value unfit for its property, such as an invalid `traceparent`, stays an ordinary extension: it belongs to the sender.
    mutating func take(_ name: String, _ value: ExtensionValue) throws(FlxError) {
        if !fits(name, value) { event.extensions[try ExtensionName(name)] = value }
    }

    /// Takes an extension as a property; false if it is none.
    private mutating func fits(_ name: String, _ value: ExtensionValue) -> Bool {
        switch (name, value) {
        case ("schemaversion", .integer(let number)) where number >= 1: event.schemaVersion = Int(number)
        case ("correlationid", .string(let text)):
            guard let id = try? EventID(text) else { return false }
            event.correlationID = id
        case ("causationid", .string(let text)):
            guard let id = try? EventID(text) else { return false }
            event.causationID = id
        case ("userid", .string(let text)): event.userID = text
        case ("partitionkey", .string(let text)): event.partitionKey = text
        case ("traceparent", .string(let text)): trace.parent = text
        case ("tracestate", .string(let text)): trace.state = text
        case ("tags", .string(let text)):
            let tags = text.parts(at: ",").map { try? Tag(String($0)) }
            guard tags.allSatisfy({ $0 != nil }) else { return false }
            event.tags = tags.compactMap(\.self)
        default: return false
        }
        return true
    }

    /// Gives the event its place in a trace, when all members are read.
    mutating func placeTrace() {
        if let parent = trace.parent, let place = try? TraceContext(parent: parent, state: trace.state) {
            event.trace = place
            return
        }
        if let parent = trace.parent, let place = try? TraceContext(parent: parent) {
            event.trace = place
        } else if let parent = trace.parent {
            event.extensions["traceparent"] = .string(parent)
        }
        if let state = trace.state { event.extensions["tracestate"] = .string(state) }
    }
}
