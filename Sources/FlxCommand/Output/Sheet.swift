import FlxCore

/// One thing with named properties, such as the output of `flx info`.
struct Sheet {
    private var fields: [(key: String, label: String?, text: String, value: EventValue)] = []

    /// Adds a property: its key in JSON, its name for people, and its value in both forms.
    /// - Parameter label: Nil for a property only in JSON.
    mutating func add(_ key: String, _ label: String?, _ value: EventValue, _ text: String? = nil) {
        fields.append((key, label, text ?? Self.text(of: value), value))
    }

    /// Adds a number, grouped for people.
    mutating func add(_ key: String, _ label: String, _ number: Int64) {
        add(key, label, .int(number), Quantity.grouped(number))
    }

    /// The properties as one JSON object.
    var json: EventValue {
        var object: EventValue = [:]
        for field in fields { object[field.key] = field.value }
        return object
    }

    /// Writes the properties, as the last of a command's output.
    func write(as format: OutputFormat, to console: Console) throws {
        try console.end { try put(as: format, to: console) }
    }

    private func put(as format: OutputFormat, to console: Console) throws {
        switch format {
        case .json, .jsonl:
            let bytes = try json.document()
            try console.write(console.isTerminal ? Escape.json(bytes) : bytes)
            try console.line("")
        case .plain:
            for field in fields where field.label != nil {
                try console.line(field.key + "\t" + Escape.visible(Self.text(of: field.value)))
            }
        case .table:
            let width = fields.reduce(0) { max($0, TextWidth.of($1.label ?? "")) }
            for field in fields {
                guard let label = field.label else { continue }
                let space = String(repeating: " ", count: width - TextWidth.of(label) + 2)
                try console.line(Style.dim.of(label, on: console) + space + Escape.visible(field.text))
            }
        }
    }

    private static func text(of value: EventValue) -> String {
        value.isNull ? "-" : value.string ?? value.description
    }
}

extension EventValue {
    /// The text of a document of this program. It may contain the data of an event.
    func document() throws(FlxError) -> [UInt8] {
        var json = JSONWriter(maximumDepth: JSONLimits.standard.maximumDepth * 2)
        try write(to: &json)
        return json.finish()
    }
}
