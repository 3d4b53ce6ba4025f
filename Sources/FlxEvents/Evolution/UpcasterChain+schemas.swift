import FlxCore

extension UpcasterChain {
    /// The result of the steps for events of a version on their way to another one.
    enum Outcome {
        /// No step changes them: they are read as they are.
        case itself
        /// They fit one of these schemas when they arrive.
        case known([EventValue])
        /// They arrive in an unknown form.
        case unknown
        /// They do not arrive.
        case nothing
    }

    /// Returns true if events of a version become events of another one.
    func leads(from source: EventVersion, to target: EventVersion) -> Bool {
        if case .nothing = outcome(of: EventSchema(source.type, version: source.version, [:]), for: target) { return false }
        return steps[source] != nil
    }

    /// The events of a schema as they arrive at another version.
    func outcome(of schema: EventSchema, for target: EventVersion) -> Outcome {
        guard steps[schema.subject] != nil else { return schema.subject.type == target.type ? .itself : .nothing }
        var open: [(EventVersion, SteppedSchema?)] = [(schema.subject, .given(schema.document))]
        var (arrived, isKnown, hasArrived) = ([EventValue](), true, false)
        var seen = 0
        while let (version, schema) = open.popLast() {
            seen += 1
            guard seen <= 10_000 else { return .unknown }
            // An older version of the type without a step is read unchanged.
            if version == target || (steps[version] == nil && version.type == target.type && version < target) {
                hasArrived = true
                if let schema { arrived.append(schema.document) } else { isKnown = false }
            }
            guard version != target, let step = steps[version] else { continue }
            for next in step.targets { open.append((next, schema.flatMap { step.change.result(of: $0) })) }
        }
        return hasArrived ? (isKnown ? .known(arrived) : .unknown) : .nothing
    }

    /// Returns true if downcasters lead from a version to an older one.
    func leadsDown(from source: EventVersion, to target: EventVersion) -> Bool {
        var place = source
        while let step = downSteps[place] {
            place = step.target
            if place == target { return true }
        }
        return false
    }
}

extension Upcaster.Change {
    /// The schema after a step; nil if it is unknown.
    fileprivate func result(of schema: SteppedSchema) -> SteppedSchema? {
        switch self {
        case .nothing: return schema
        case .transform(let transform):
            guard var plain = schema.plain else { return nil }
            for step in transform.steps {
                guard plain.change(by: step) else { return nil }
            }
            return .plain(plain)
        case .data, .payload, .parts, .absorbed, .merge: return nil
        }
    }
}

/// A schema on its way through steps. It is taken apart once, and not by each step.
private enum SteppedSchema {
    case given(EventValue)
    case plain(PlainObjectSchema)

    var document: EventValue {
        switch self {
        case .given(let document): document
        case .plain(let schema): schema.document
        }
    }

    var plain: PlainObjectSchema? {
        switch self {
        case .given(let document): PlainObjectSchema(document)
        case .plain(let schema): schema
        }
    }
}

extension PlainObjectSchema {
    /// Applies a step to the schema. Returns false if the effect is unknown.
    fileprivate mutating func change(by step: Transform.Step) -> Bool {
        switch step {
        case .retype, .convert: return true
        case .rename(.data(let source), to: .data(let target)) where source.count == 1 && target.count == 1:
            return rename(source[0], to: target[0])
        case .drop(.data(let path)) where path.count == 1: remove(path[0])
        case .set(.data(let path), let value) where path.count == 1: set(path[0], to: value)
        case .default(.data(let path), let value) where path.count == 1: fill(path[0], with: value)
        default: return false
        }
        return true
    }
}
