/// The reader alone: what it accepts it copies, the copy is accepted and is its own copy.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    guard let copy = try? copied(bytes) else { return 0 }
    precondition((try? copied(copy)) == copy, "a copy is not its own copy")
    return 0
}

private func copied(_ bytes: [UInt8]) throws(FlxError) -> [UInt8] {
    var reader = try JSONReader(bytes.span)
    let copy = try reader.copyValue()
    try reader.readEnd()
    return copy
}
