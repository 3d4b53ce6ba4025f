extension CloudEventsReading {
    /// The extensions of an event, parted into those that are properties of ``Event`` and all others.
    ///
    /// A value that does not fit its property, such as an invalid `traceparent`, stays an ordinary extension: it is somebody's.
    struct Properties {
        private var schemaVersion = 1
        var correlationID: EventID?
        var causationID: EventID?
        private var userID: String?
        private var partitionKey: String?
        private var traceParent: String?
        private var traceState: String?
        private var tags: [Tag] = []
        private var extensions: [ExtensionName: ExtensionValue] = [:]

        /// Takes an extension.
        mutating func take(_ name: String, _ value: ExtensionValue) throws(FlxError) {
            if !fits(name, value) { extensions[try ExtensionName(name)] = value }
        }

        /// Takes an extension as a property; false if it is none.
        private mutating func fits(_ name: String, _ value: ExtensionValue) -> Bool {
            switch (name, value) {
            case ("schemaversion", .integer(let number)) where number >= 1: schemaVersion = Int(number)
            case ("correlationid", .string(let text)):
                guard let id = try? EventID(text) else { return false }
                correlationID = id
            case ("causationid", .string(let text)):
                guard let id = try? EventID(text) else { return false }
                causationID = id
            case ("userid", .string(let text)): userID = text
            case ("partitionkey", .string(let text)): partitionKey = text
            case ("traceparent", .string(let text)): traceParent = text
            case ("tracestate", .string(let text)): traceState = text
            case ("tags", .string(let text)):
                let tags = text.split(separator: ",", omittingEmptySubsequences: false).map { try? Tag(String($0)) }
                guard tags.allSatisfy({ $0 != nil }) else { return false }
                self.tags = tags.compactMap(\.self)
            default: return false
            }
            return true
        }

        /// Gives the event its properties and extensions.
        func move(to event: inout Event) {
            event.schemaVersion = schemaVersion
            event.correlationID = correlationID
            event.causationID = causationID
            event.userID = userID
            event.partitionKey = partitionKey
            event.tags = tags
            event.extensions = extensions
            moveTrace(to: &event)
        }

        /// Gives the event its place in a trace: the two headers belong together, and either may have come first.
        private func moveTrace(to event: inout Event) {
            var rest = (parent: traceParent, state: traceState)
            if let traceParent, let trace = try? TraceContext(parent: traceParent, state: traceState) {
                event.trace = trace
                rest = (nil, nil)
            } else if let traceParent, let trace = try? TraceContext(parent: traceParent) {
                event.trace = trace
                rest.parent = nil
            }
            if let parent = rest.parent { event.extensions["traceparent"] = .string(parent) }
            if let state = rest.state { event.extensions["tracestate"] = .string(state) }
        }
    }
}
