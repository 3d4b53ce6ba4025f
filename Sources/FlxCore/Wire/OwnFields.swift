/// The fields of a reflected event that are not the envelope's, in order, each as it came.
struct OwnFields {
    private var fields: [(name: String, value: [UInt8])] = []

    /// Adds a field.
    mutating func append(_ name: String, _ value: [UInt8]) {
        fields.append((name, value))
    }

    /// Gives an event these fields as its payload, and its type where there is one.
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

    /// Turns texts into the numbers and booleans that a type wants in their place.
    ///
    /// The type itself says which: it is read, and a field that it refuses becomes what its text stands for. So this works for every
    /// type, however it reads itself. A field is turned once at most, which ends the loop.
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

    /// The field that a JSON pointer of one token leads to.
    private func index(at location: FlxError.Location?) -> Int? {
        guard let pointer = location?.pointer, pointer.begins(with: "/") else { return nil }
        let name = JSONPointer.unescaped(pointer.dropFirst())
        return name.flatMap { name in fields.firstIndex { ExactText.same($0.name, name) } }
    }
}
