/// The reflection form of the seed, typed and dynamic: what is accepted is written to a text that says the same.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let fault = RoundTrip.reflection.fault(Array(UnsafeBufferPointer(start: start, count: count)))
    precondition(fault == nil, fault ?? "")
    return 0
}
