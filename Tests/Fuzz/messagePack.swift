/// MessagePack: nothing traps, and what is read is written and read again as the same value, in both binary formats.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    guard let value = try? MessagePack.decode(bytes, foreign: .nearest) else { return 0 }
    guard let written = try? MessagePack.encode(value), let cbor = try? CBOR.encode(value) else {
        preconditionFailure("a value cannot be written")
    }
    precondition((try? MessagePack.decode(written)) == value, "a value comes back as another")
    precondition((try? CBOR.decode(cbor)) == value, "CBOR keeps another value")
    return 0
}
