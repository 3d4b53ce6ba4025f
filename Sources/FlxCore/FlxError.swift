/// The one error of FLX Events: the fault, its place, and the remedy.
///
/// The code is open: any release may add codes, so a `switch` over it needs a default. The text of `message` is for people and may change.
/// Drivers and codecs throw no other type; an error of a library below is kept in `cause`.
public struct FlxError: Error, Sendable {
    /// One word for the kind of failure, stable across releases.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The word itself, in lower camel case.
        public let description: String

        /// Creates a code from its word, for drivers and applications with codes of their own.
        public init(_ description: String) {
            self.description = description
        }
    }

    /// Boxed: on paths that decode bytes, throwing costs one pointer.
    private final class Storage: Sendable {
        let code: Code
        let message: String
        let location: Location?
        let actualVersion: Version?
        let isOutcomeUnknown: Bool
        let cause: (any Error)?
        let origin: Origin?
        let position: Position?

        init(
            code: Code, message: String, location: Location?, actualVersion: Version?, isOutcomeUnknown: Bool, cause: (any Error)?,
            origin: Origin?, position: Position?
        ) {
            self.code = code
            self.message = message
            self.location = location
            self.actualVersion = actualVersion
            self.isOutcomeUnknown = isOutcomeUnknown
            self.cause = cause
            self.origin = origin
            self.position = position
        }
    }

    /// The source of an error, for code that must not rely on the error's code: user code may throw any code.
    package enum Origin: Sendable {
        /// The user's code for an event: a fold, an upcaster, a save. It fails in the same way each time.
        case user
        /// Another runner of the same view, either ahead or not yet finished.
        case rival
    }

    /// The place of a fault in a JSON text.
    public struct Location: Hashable, Sendable {
        /// The offset in bytes from the start of the text, from 0.
        public let offset: Int
        private let way: JSONWay?
        private let rest: String

        /// The JSON pointer (RFC 6901) of the innermost value being read; empty for the whole text. Computed on each access.
        public var pointer: String { way.map { $0.pointer + rest } ?? rest }

        /// Names a place by its byte offset and JSON pointer.
        public init(offset: Int, pointer: String) { self.init(offset: offset, way: nil, rest: pointer) }

        /// Names a place by its byte offset, the way to a value, and the pointer from there on.
        init(offset: Int, way: JSONWay?, rest: String = "") { (self.offset, self.way, self.rest) = (offset, way, rest) }

        /// The same offset and pointer.
        public static func == (left: Self, right: Self) -> Bool { left.offset == right.offset && left.pointer == right.pointer }

        /// Equal for equal places.
        public func hash(into hasher: inout Hasher) {
            hasher.combine(offset)
            hasher.combine(pointer)
        }
    }

    private let storage: Storage

    /// The kind of failure.
    public var code: Code { storage.code }
    /// The message: the fault and the remedy, in a sentence.
    public var message: String { storage.message }
    /// The place in a JSON text, if bytes were being read.
    public var location: Location? { storage.location }
    /// The actual version of the stream, if the code is ``Code/versionConflict``.
    public var actualVersion: Version? { storage.actualVersion }
    /// True if it is unknown whether the data was written. False if nothing was kept.
    ///
    /// If it is true, make the same call again with the same ids. It records the missing events, and returns the places of the rest.
    public var isOutcomeUnknown: Bool { storage.isOutcomeUnknown }
    /// The error of the library below, when there is one.
    public var cause: (any Error)? { storage.cause }

    /// Creates an error from a code and a sentence; all else is optional.
    public init(
        _ code: Code, _ message: String, at location: Location? = nil, actualVersion: Version? = nil, isOutcomeUnknown: Bool = false,
        cause: (any Error)? = nil
    ) {
        storage = Storage(
            code: code, message: message, location: location, actualVersion: actualVersion, isOutcomeUnknown: isOutcomeUnknown,
            cause: cause, origin: nil, position: nil)
    }

    private init(_ storage: Storage) {
        self.storage = storage
    }

    /// The source of the error, if relevant.
    package var origin: Origin? { storage.origin }

    /// The position of the event for which the user's code failed, if it is known.
    package var position: Position? { storage.position }

    /// The same error, with its source.
    package func from(_ origin: Origin, at position: Position? = nil) -> FlxError {
        FlxError(
            Storage(
                code: code, message: message, location: location, actualVersion: actualVersion, isOutcomeUnknown: isOutcomeUnknown,
                cause: cause, origin: origin, position: position ?? self.position))
    }
}

extension FlxError.Code {
    /// A value breaks a limit or a rule of its type; the message names the field and the limit.
    public static let invalidValue = Self("invalidValue")
    /// The bytes break the rules of their format, such as broken JSON.
    public static let malformed = Self("malformed")
    /// Well-formed bytes do not fit the requested type.
    public static let typeMismatch = Self("typeMismatch")
    /// A payload breaks the schema of its type; the message names the field and the reason, and nothing was kept.
    public static let schemaViolation = Self("schemaViolation")
    /// A limit on size, nesting or count was passed.
    public static let limitExceeded = Self("limitExceeded")
    /// The stream is not at the version expected by the caller.
    public static let versionConflict = Self("versionConflict")
    /// An event matching the caller's boundary was recorded after its position.
    public static let boundaryConflict = Self("boundaryConflict")
    /// The id is recorded already, with other content.
    public static let idConflict = Self("idConflict")
    /// Two event types claim one name and version, or a type is not registered.
    public static let registration = Self("registration")
    /// The requested thing does not exist.
    public static let notFound = Self("notFound")
    /// The store, broker or bus is closed or shutting down.
    public static let closed = Self("closed")
    /// The task was cancelled before the work was committed.
    public static let cancelled = Self("cancelled")
    /// A deadline passed.
    public static let deadlineExceeded = Self("deadlineExceeded")
    /// No space is left for the write. Nothing of it was kept. The store works as before once there is space.
    public static let storageFull = Self("storageFull")
    /// The medium cannot be written.
    public static let readOnly = Self("readOnly")
    /// Another process holds the store.
    public static let locked = Self("locked")
    /// Another owner has taken over the lease of the work, or it was given back. Nothing was kept.
    public static let leaseLost = Self("leaseLost")
    /// The file is not an FLX store, or has a format unknown to this program.
    public static let incompatibleFormat = Self("incompatibleFormat")
    /// Stored bytes are damaged.
    public static let corrupt = Self("corrupt")
    /// An operating system or library call failed; see ``FlxError/cause`` and ``FlxError/isOutcomeUnknown``.
    public static let io = Self("io")
    /// The broker did not confirm: the message counts as not published.
    public static let notPublished = Self("notPublished")
    /// A handler threw.
    public static let handlerFailed = Self("handlerFailed")
}

extension FlxError: CustomStringConvertible {
    /// Code, message, place and cause on one line.
    public var description: String {
        var text = "\(code): \(message)"
        if let location {
            text += " (at byte \(location.offset)\(location.pointer.isEmpty ? "" : ", \(location.pointer)"))"
        }
        if let cause { text += " [\(cause)]" }
        return text
    }
}
