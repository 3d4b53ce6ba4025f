extension Event {
    /// Checks the rules of CloudEvents for attributes with wider types. Every event accepted by a store can then be written in its JSON
    /// form and read back.
    /// - Throws: ``FlxError/Code/invalidValue``, naming the attribute.
    package func checkAttributes() throws(FlxError) {
        guard (1...Int(Int32.max)).contains(schemaVersion) else {
            throw FlxError(.invalidValue, "event \(id): schemaVersion \(schemaVersion) must be 1 or more, within 32 bits")
        }
        guard URIReference.isValid(source) else {
            throw FlxError(.invalidValue, "event \(id): source '\(source.prefix(80))' must be a URI reference (RFC 3986), such as /orders")
        }
        if let dataSchema, !URIReference.isAbsolute(dataSchema) {
            throw FlxError(.invalidValue, "event \(id): dataSchema '\(dataSchema.prefix(80))' must be a URI (RFC 3986)")
        }
        if let userID { try AttributeText.check(userID, field: "event \(id): userID") }
        if let partitionKey { try AttributeText.check(partitionKey, field: "event \(id): partitionKey") }
        for (name, value) in extensions {
            guard !CloudEventsJSON.RecordedAttributes.all.names(name.description) else {
                throw FlxError(
                    .invalidValue, "event \(id): the extension '\(name)' is reserved for the facts of a store; an event cannot have it")
            }
            if case .string(let text) = value { try AttributeText.check(text, field: "event \(id): extension '\(name)'") }
            guard CloudEventsJSON.Property(rawValue: name.description) == nil || isReadBack(name) else {
                throw FlxError(.invalidValue, "event \(id): the extension '\(name)' would be read as a property of the event; set that")
            }
        }
    }

    /// Returns true if an extension with the name of a property is written, and is read as an extension.
    private func isReadBack(_ name: ExtensionName) -> Bool {
        var envelope = self
        envelope.payload = .none
        let read = try? CloudEventsJSON.decode(CloudEventsJSON.encode(envelope))
        return read?.extensions[name] == extensions[name]
    }
}
