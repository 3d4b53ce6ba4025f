/// The fields of a reflected event outside the envelope, in their original order and form.
struct OwnFields {
    private var fields: [(name: String, value: [UInt8])] = []

    /// Adds a field.
    mutating func append(_ name: String, _ value: [UInt8]) {
        fields.append((name, value))
    }

    /// Gives an event these fields as its payload, and its type if there is one.
    consuming func event(_ dynamic: Event, as type: (any DomainEvent.Type)?) throws(FlxError) -> Event {
        var event = dynamic
        if let type {
            event.type = type.eventType
            try restore(for: type)
        }
        event.payload = Payload(unchecked: json, form: .json, contentType: nil)
        return event
    }

    private var json: [UInt8] {
        var json = JSONWriter(capacity: fields.reduce(2) { $0 + $1.name.utf8.count + $1.value.count + 4 })
        json.beginObject()
        for field in fields {
            json.key(field.name)
            json.writeRaw(json: field.value)
        }
        json.endObject()
        return json.finish()
    }

    /// Turns texts into the numbers and booleans required by a type.
    ///
    /// The type itself decides: it is read, and the content of a refused text field becomes its value. So this works for every type, with
    /// any kind of reading. A field is turned at most once, so the loop ends.
    private mutating func restore<E: DomainEvent>(for type: E.Type) throws(FlxError) {
        var turned = Set<Int>()
        while true {
            do {
                _ = try E(json: json)
                return
            } catch {
                guard error.code == .typeMismatch, let index = index(at: error.location), turned.insert(index).inserted,
                    let value = PythonText.json(of: fields[index].value)
                else { throw error }
                fields[index].value = value
            }
        }
    }

    /// The field at a JSON pointer of one token.
    private func index(at location: FlxError.Location?) -> Int? {
        guard let pointer = location?.pointer, pointer.begins(with: "/") else { return nil }
        let name = JSONPointer.unescaped(pointer.dropFirst())
        return name.flatMap { name in fields.firstIndex { ExactText.same($0.name, name) } }
    }
}
