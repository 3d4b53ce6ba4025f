/// CBOR: nothing traps, and what is read is written and read again as the same value, in CBOR, in JSON and, where it can, in MessagePack.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    guard let value = try? CBOR.decode(bytes, foreign: .nearest) else { return 0 }
    guard let written = try? CBOR.encode(value), let text = try? value.json() else { preconditionFailure("a value cannot be written") }
    precondition((try? CBOR.decode(written)) == value, "a value comes back as another")
    precondition((try? EventValue(json: text)) == value, "a value comes back from JSON as another")
    if let packed = try? MessagePack.encode(value) {
        precondition((try? MessagePack.decode(packed)) == value, "MessagePack keeps another value")
    }
    return 0
}
