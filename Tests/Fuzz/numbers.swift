/// Numbers: bytes that choose a number of the grammar, read in every way. Nothing traps, and what is read is the number.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var choices = Choices(bytes: Array(UnsafeBufferPointer(start: start, count: count)))
    let (text, other) = (NumberGrammar.number(using: &choices), NumberGrammar.number(using: &choices))
    guard let number = JSONNumber(text), let rival = JSONNumber(other) else { return 0 }
    let (value, rivalValue) = (NumberValue(number), NumberValue(rival))
    precondition(value.compared(to: rivalValue) == -rivalValue.compared(to: value), "\(text) and \(other) have no order")
    _ = value.isMultiple(of: rivalValue)
    _ = (number.double, number.decimal, number.uint64)
    let integer = PlainDecimal(text)?.integer
    precondition(number.int64 == integer.flatMap(Int64.init), "\(text) is read as another whole number")
    precondition((try? UInt8(json: Array(text.utf8))) == integer.flatMap(UInt8.init), "\(text) is read as another byte")
    if let duration = try? Duration(json: Array(text.utf8)) {
        guard let back = try? JSONNumber(json: duration.json()) else { preconditionFailure("\(duration) cannot be written") }
        precondition(NumberValue(back) == value, "\(text) becomes \(back)")
    }
    for foreign in [ForeignValues.refused, .nearest] {
        // A number of almost the greatest length may be longer in another form.
        guard text.utf8.count <= 1_000, let bytes = try? CBOR.encode(.number(number)) else { continue }
        guard let back = try? CBOR.decode(bytes, foreign: foreign, limits: .standard).number else { preconditionFailure("\(text) is lost") }
        precondition(NumberValue(back) == value, "\(text) becomes \(back)")
        _ = try? CBOR.decode([0xC1] + bytes, foreign: foreign, limits: .standard)
    }
    return 0
}

/// Bytes as a source of chance, and numbers that follow from each other when they end: a choice that throws numbers away, as those of the
/// standard library do, must get others.
private struct Choices: RandomNumberGenerator {
    var bytes: [UInt8]
    private var offset = 0
    private var state: UInt64 = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func next() -> UInt64 {
        guard offset < bytes.count else {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state
        }
        defer { offset += 1 }
        // A byte decides as much as the small choices of a grammar need.
        return UInt64(bytes[offset]) &* 0x0101_0101_0101_0101
    }
}
