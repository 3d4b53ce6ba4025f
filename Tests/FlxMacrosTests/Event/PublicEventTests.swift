public import FlxMacros
import Testing

/// What another module would see.
@Event("parcel.sent", keys: .snakeCase)
public struct ParcelSent: Hashable {
    /// The parcel.
    public var parcelID: Int
    /// Where it goes.
    public var to = "home"
}

/// The number of parcels.
@Projection
public struct Parcels: Hashable {
    /// How many were sent.
    public private(set) var count = 0

    /// Nothing was sent.
    public init() {}

    mutating func on(_ event: ParcelSent) { count += 1 }
}

@Test func `the members of public types are public`() throws {
    let make: @Sendable (Int) -> any DomainEvent = publicEvent
    #expect(try make(1).json() == Array(#"{"parcel_id":1,"to":"home"}"#.utf8))
}

/// Compiles only where initializer, name and coding are as public as the type.
@inlinable
public func publicEvent(number: Int) -> any DomainEvent {
    _ = (ParcelSent.eventType, ParcelSent.schemaVersion, ParcelSent.category, Parcels.name, Parcels.version)
    _ = { (json: inout JSONReader) throws(FlxError) in try ParcelSent(json: &json) }
    _ = { (parcels: inout Parcels, recorded: RecordedEvent) in try parcels.apply(recorded) }
    return ParcelSent(parcelID: number)
}
