/// Dynamic values: what is accepted is written and read again as the same value.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    guard let value = try? EventValue(json: bytes) else { return 0 }
    guard let text = try? value.json(), let back = try? EventValue(json: text) else { preconditionFailure("a value cannot be written") }
    precondition(back == value, "a value comes back as another")
    return 0
}
