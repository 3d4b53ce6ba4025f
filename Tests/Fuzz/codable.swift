/// `Codable` types: nothing traps, and what is decoded is encoded and decoded again to the same bytes.
private struct Sample: Codable {
    enum Shape: Codable { case a(Int), b(x: String?, y: [Double]), none }

    var a: Int?
    var b: [String: Shape]?
    var c: [Duration]?
    var d: [UInt8?]?
    var e: EventValue?
    var f: [Float]?
}

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    guard let sample = try? EventDecoder().decode(Sample.self, from: bytes) else { return 0 }
    // A dynamic value one level below may be as deep as the limit, and is then written one level lower than it was read.
    guard let text = try? EventEncoder().encode(sample) else { preconditionFailure("a value cannot be encoded") }
    guard let back = try? EventDecoder().decode(Sample.self, from: text) else { preconditionFailure("a value cannot be decoded again") }
    precondition((try? EventEncoder().encode(back)) == text, "a value comes back as another")
    return 0
}
