public import FlxCore
import OrderedCollections

extension Upcaster {
    /// Changes events of a version by the steps of a ``Transform``, a form of data.
    ///
    /// The target is the type in its `retype` steps, and the type in a `split`; without any it is the next version.
    /// - Throws: ``FlxError/Code/invalidValue`` for steps that would change the type of some events only.
    public static func transform(_ type: EventType, from version: Int = 1, _ transform: Transform) throws(FlxError) -> Upcaster {
        let source = EventVersion(type, version)
        var (transform, target) = (transform, source)
        for step in transform.steps {
            switch step {
            case .retype(let type, let version): target = EventVersion(type ?? target.type, version ?? target.version)
            case .split(_, to: _, type: let type?): target = EventVersion(type, target.version)
            case .when(_, let steps) where steps.contains(where: \.changesType):
                throw FlxError(
                    .invalidValue, "the upcaster from \(source): 'when' cannot change the type; its target must be certain")
            default: break
            }
        }
        if target == source {
            target = EventVersion(type, EventVersion.next(version))
            transform.steps.append(.retype(nil, version: target.version))
        }
        return Upcaster(source, to: target, transform)
    }

    /// Reads steps from JSON: an array with an object for each, `{"from":"order.placed","version":1,"do":[…]}`. `do` is a ``Transform`` as
    /// for ``transform(_:from:_:)``; a missing `version` is 1.
    ///
    /// ```json
    /// [{"from":"bill.sent","do":[{"retype":"invoice.sent"}]},
    ///  {"from":"invoice.sent","do":[{"default":"/currency","value":"EUR"}]}]
    /// ```
    /// - Throws: All errors of reading JSON, and ``FlxError/Code/invalidValue`` or ``FlxError/Code/typeMismatch``, naming the step.
    public static func list(json bytes: [UInt8]) throws(FlxError) -> [Upcaster] {
        guard case .array(let elements) = try EventValue(json: bytes) else {
            throw FlxError(.typeMismatch, "upcasters are an array of steps")
        }
        var upcasters: [Upcaster] = []
        for (index, element) in elements.enumerated() {
            do throws(FlxError) {
                upcasters.append(try Upcaster(element))
            } catch {
                throw FlxError(error.code, "upcaster \(index + 1): \(error.message)", cause: error.cause)
            }
        }
        return upcasters
    }

    private init(_ value: EventValue) throws(FlxError) {
        guard let fields = value.object else { throw FlxError(.typeMismatch, "it is no object") }
        if let unknown = fields.keys.first(where: { !["from", "version", "do"].contains($0) }) {
            throw FlxError(.invalidValue, "'\(unknown.description.scalarPrefix(40))' is not known here; it has from, version and do")
        }
        guard let type = fields["from"]?.string else { throw FlxError(.invalidValue, "'from' must be the name of a type") }
        guard let version = (fields["version"] ?? 1).int, (1..<Int(Int32.max)).contains(version) else {
            throw FlxError(.invalidValue, "'version' must be 1 or more, within 32 bits")
        }
        guard let steps = fields["do"] else { throw FlxError(.invalidValue, "'do' is missing") }
        self = try .transform(try EventType(type), from: version, try Transform(steps))
    }

    /// Returns the events made by a transform of an event of its source.
    func results(of event: Event, by transform: Transform) throws -> [Event] {
        try transform.apply(to: event).map { part in
            guard targets.contains(EventVersion(of: part)) else {
                throw FlxError(.registration, "it made \(EventVersion(of: part)), and its steps lead to another version")
            }
            guard part.stream == event.stream else {
                throw FlxError(.invalidValue, "it changes the stream of the event, but the event is recorded there")
            }
            var part = part
            part.dataSchema = nil
            return part
        }
    }
}

extension Transform.Step {
    /// True if the step, or one within it, gives an event another type or version.
    fileprivate var changesType: Bool {
        switch self {
        case .retype, .split(_, to: _, type: .some): true
        case .when(_, let steps): steps.contains(where: \.changesType)
        default: false
        }
    }
}
