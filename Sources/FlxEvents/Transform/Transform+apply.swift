import FlxCore

extension Transform.Step {
    /// Applies the step to each of the events made from one.
    /// - Parameter room: The remaining number of bytes, for this step and all others.
    func apply(to drafts: [TransformDraft], within room: inout Int, depth: Int = 0) throws(FlxError) -> [TransformDraft] {
        guard depth < Self.deepest else { throw FlxError(.limitExceeded, "steps are nested deeper than \(Self.deepest) levels") }
        var changed: [TransformDraft] = []
        for draft in drafts {
            if case .when(let pattern, let steps) = self {
                guard pattern.matches(draft.event.type) else {
                    changed.append(draft)
                    continue
                }
                var inner = [draft]
                for step in steps { inner = try step.apply(to: inner, within: &room, depth: depth + 1) }
                changed += inner
                try Transform.check(count: changed.count)
                continue
            }
            do {
                changed += try apply(to: draft, within: &room)
                try Transform.check(count: changed.count)
            } catch {
                throw FlxError(error.code, "step \(value): \(error.message)", at: error.location, cause: error.cause)
            }
        }
        return changed
    }

    private func apply(to original: TransformDraft, within room: inout Int) throws(FlxError) -> [TransformDraft] {
        room -= Transform.valueBytes
        guard room >= 0 else { throw Transform.tooLong }
        var draft = original
        switch self {
        case .rename(let source, let target): try draft.move(source, to: target)
        case .drop(let place): try draft.put(nil, at: place)
        case .set(let place, let value): try draft.put(value, at: place, within: &room)
        case .default(let place, let value):
            if try draft.value(at: place) == nil { try draft.put(value, at: place, within: &room) }
        case .copy(let source, let target):
            if let value = try draft.value(at: source) { try draft.put(value, at: target, within: &room) }
        case .compute(let place, let function, let sources):
            room -= Transform.valueBytes * sources.count
            var values: [EventValue?] = []
            for source in sources { values.append(try draft.value(at: source)) }
            guard let value = try function.result(of: values) else { break }
            // A text is a new one, even if unchanged.
            room -= value.string?.utf8.count ?? 0
            try draft.put(value, at: place, within: &room)
        case .retype(let type, let version):
            if let type { draft.event.type = type }
            if let version { try draft.put(.int(version), at: .attribute("schemaversion")) }
        case .convert(let type): draft.content = type
        case .split(let source, let target, let type): return try split(&draft, source, target, type, within: &room)
        case .when: break
        }
        return [draft]
    }

    private func split(
        _ draft: inout TransformDraft, _ source: Transform.Reference, _ target: Transform.Reference, _ type: EventType?,
        within room: inout Int
    ) throws(FlxError) -> [TransformDraft] {
        guard let list = try draft.value(at: source) else { return [draft] }
        guard case .array(let elements) = list else { throw FlxError(.typeMismatch, "'\(source)' is no list, so it cannot be split") }
        try Transform.check(count: elements.count)
        var rest = draft
        try rest.put(nil, at: source)
        // Each part gets its own copies of objects, lists, tags and extensions outside the split list.
        var left = room / max(1, elements.count)
        let share = left
        left -= Transform.valueBytes * (rest.event.tags.count + rest.event.extensions.count)
        guard try rest.value(at: .data([]))?.take(from: &left) ?? (left >= 0) else { throw Transform.tooLong }
        room -= (share - left) * elements.count
        var parts: [TransformDraft] = []
        for (index, element) in elements.enumerated() {
            var part = rest
            try part.put(element, at: target)
            part.event.id = Transform.partID(of: draft.event.id, index)
            if let type { part.event.type = type }
            parts.append(part)
        }
        return parts
    }
}

extension Transform {
    /// The id of a part of a split event.
    package static func partID(of id: EventID, _ index: Int) -> EventID { EventID(derivedFrom: "\(id)/\(index)") }

    /// Refuses to make too many events of one.
    fileprivate static func check(count: Int) throws(FlxError) {
        guard count <= maximumEvents else {
            throw FlxError(.limitExceeded, "\(count) events would be made of it: at most \(maximumEvents) are allowed")
        }
    }
}

/// An event while steps are done to it: its data is read when a step asks for it, and written once, at the end.
struct TransformDraft {
    var event: Event
    /// The required content type of the data; nil for the original one.
    var content: ContentType?
    private var data: EventValue?
    private var isChanged = false

    /// The required attributes of an event.
    private static let always: [Transform.Reference] = ["id", "type", "source", "schemaversion"]

    init(_ event: Event) {
        self.event = event
    }

    /// The event with its data.
    func finish() throws(FlxError) -> Event {
        var event = event
        let type = content ?? event.payload.type ?? .json
        if isChanged, let data {
            guard data.isWithin(bytes: Transform.maximumBytes, depth: .max) else { throw Transform.tooLong }
            let name = event.payload.form == .text ? nil : event.payload.contentType
            event.payload = try .data(data, as: type, contentType: name)
        } else if let content {
            event.payload = try event.payload.converted(to: content)
        }
        return event
    }

    mutating func value(at reference: Transform.Reference) throws(FlxError) -> EventValue? {
        switch reference {
        case .attribute(let name): return try event.attribute(name)
        case .data(let path):
            if event.payload.form == .none, !isChanged { return nil }
            return try wholeData()[path: path[...]]
        }
    }

    /// Puts a value in a place, and subtracts its memory from the remaining room.
    mutating func put(_ value: EventValue, at reference: Transform.Reference, within room: inout Int) throws(FlxError) {
        // One text may be many tags.
        if case .attribute("tags") = reference, let text = value.string {
            room -= Transform.valueBytes * text.utf8.count { $0 == UInt8(ascii: ",") }
        }
        guard room >= 0, value.take(from: &room) else { throw Transform.tooLong }
        try put(value, at: reference)
    }

    /// Puts a value in a place, or removes the present one.
    mutating func put(_ value: EventValue?, at reference: Transform.Reference) throws(FlxError) {
        switch reference {
        case .attribute(let name): try event.setAttribute(name, to: value)
        case .data(let path):
            if value == nil, try self.value(at: reference) == nil { return }
            guard !path.isEmpty || value != nil else {
                event.payload = .none
                (data, isChanged) = (nil, false)
                return
            }
            if let value {
                let levels = JSONLimits.standard.maximumDepth
                guard value.isWithin(bytes: Transform.maximumBytes, depth: levels) else {
                    throw FlxError(
                        .limitExceeded,
                        "the value put there is nested deeper than \(levels) levels, or has more than \(Transform.maximumBytes) bytes")
                }
            }
            var whole = try wholeData()
            // The data must not be shared while it changes.
            data = nil
            try whole.put(value, at: path[...])
            (data, isChanged) = (whole, true)
        }
    }

    mutating func move(_ source: Transform.Reference, to target: Transform.Reference) throws(FlxError) {
        guard let value = try value(at: source), source != target else { return }
        guard try self.value(at: target) == nil else {
            let advice = Self.always.contains(target) ? "copy to it, since each event has it" : "drop it first"
            throw FlxError(.invalidValue, "'\(target)' is there already, and would be lost; \(advice)")
        }
        // Beside its old place the field keeps its turn among the others.
        if case (.data(let from), .data(let to)) = (source, target), let name = to.last, from.dropLast() == to.dropLast(), !from.isEmpty {
            var whole = try wholeData()
            if whole.renameField(at: from[...], to: name) {
                (data, isChanged) = (whole, true)
                return
            }
        }
        try put(nil, at: source)
        try put(value, at: target)
    }

    /// The data, read once.
    private mutating func wholeData() throws(FlxError) -> EventValue {
        if let data { return data }
        let whole = event.payload.form == .none ? [:] : try event.payload.value()
        data = whole
        return whole
    }
}
