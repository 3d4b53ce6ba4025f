/// The texts inside strings: times, ids, Base64, numbers. Whatever is accepted has one text of its own, which is accepted too.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    let quoted = [UInt8(ascii: "\"")] + bytes + [UInt8(ascii: "\"")]
    check(quoted, Timestamp.self)
    check(bytes, Duration.self)
    check(bytes, JSONNumber.self)
    check(bytes, Double.self)
    check(bytes, Int64.self)
    if var reader = try? JSONReader(quoted.span), let data = try? reader.readBase64() {
        precondition(Base64.decode(Base64.encode(data)) == data, "Base64 comes back as other bytes")
    }
    if var reader = try? JSONReader(quoted.span), let bits = try? reader.readUUID() {
        let text = String(unsafeUninitializedCapacity: 36) { UUIDText.write(bits, into: $0); return 36 }
        precondition(UUIDText.parse(text) == bits, "an id comes back as another")
    }
    return 0
}

private func check<T: JSONCodable & Equatable>(_ bytes: [UInt8], _ type: T.Type) {
    guard let value = try? T(json: bytes) else { return }
    guard let text = try? value.json(), let back = try? T(json: text) else { preconditionFailure("\(value) cannot be written") }
    precondition(back == value, "\(value) comes back as \(back)")
}
