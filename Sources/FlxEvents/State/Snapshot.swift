public import FlxCore

/// A state at a position of the log, with the stamps that a reader compares before it uses the state.
public struct Snapshot: Hashable, Sendable {
    /// The name of the state, such as `aggregate:order-17`.
    @Exact public private(set) var name: String
    /// The last event that is in the state.
    public let position: Position
    /// The version of the stream there; none for a state that is not of one stream.
    public let version: Version
    /// A sum over the id and the time of recording of that event. Another log has another event at its place.
    public let event: UInt64
    /// The shape of the state's type.
    public let fingerprint: UInt64
    /// The version of the fold that made it.
    public let reducer: Int
    /// The time of its making.
    public let time: Timestamp
    /// The state, in the form of its owner.
    public var state: [UInt8]
    /// The sum over all other parts.
    public var checksum: UInt64

    /// The longest name in bytes, and the largest state.
    static let (maximumNameBytes, maximumStateBytes) = (512, 16 << 20)

    /// Joins the parts. A nil checksum is computed.
    public init(
        name: String, position: Position, version: Version, event: UInt64 = 0, fingerprint: UInt64, reducer: Int, time: Timestamp,
        state: [UInt8], checksum: UInt64? = nil
    ) {
        self.name = name
        self.position = position
        self.version = version
        self.event = event
        self.fingerprint = fingerprint
        self.reducer = reducer
        self.time = time
        self.state = state
        self.checksum = 0
        self.checksum = checksum ?? sum
    }

    /// True if the checksum matches the rest.
    public var isSound: Bool { checksum == sum }

    private var sum: UInt64 {
        var sum = ByteHash()
        sum.mix(name.utf8)
        sum.mix(position.value)
        sum.mix(version.value)
        for number in [event, fingerprint] { sum.mix(Int64(bitPattern: number)) }
        sum.mix(Int64(reducer))
        sum.mix(time.nanoseconds)
        sum.mix(state)
        return sum.value
    }

    /// Checks the name and the size.
    func check() throws(FlxError) {
        guard name.utf8.count <= Self.maximumNameBytes, !name.isEmpty, name.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw FlxError(.invalidValue, "snapshot: the name must be 1 to \(Self.maximumNameBytes) printable bytes")
        }
        guard state.count <= Self.maximumStateBytes else {
            throw FlxError(
                .limitExceeded, "snapshot '\(name)': \(state.count) bytes, the limit is \(Self.maximumStateBytes); go without one")
        }
    }
}

/// A snapshot without its state.
public struct SnapshotSummary: Hashable, Sendable {
    /// Its name.
    @Exact public private(set) var name: String
    /// The last event that is in the state.
    public let position: Position
    /// The version of the stream there.
    public let version: Version
    /// The time of its making.
    public let time: Timestamp
    /// The size of the state.
    public let bytes: Int

    /// Joins the parts.
    public init(name: String, position: Position, version: Version, time: Timestamp, bytes: Int) {
        self.name = name
        self.position = position
        self.version = version
        self.time = time
        self.bytes = bytes
    }
}
