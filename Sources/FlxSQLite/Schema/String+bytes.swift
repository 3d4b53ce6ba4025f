import FlxCore

extension String {
    /// Passes the bytes of the text to the body.
    func withBytes<Value>(_ body: (UnsafeRawBufferPointer) throws(FlxError) -> Value) throws(FlxError) -> Value {
        var text = self
        return try text.withUTF8 { bytes in
            Result { () throws(FlxError) in try body(UnsafeRawBufferPointer(bytes)) }
        }.get()
    }
}

extension Sequence<UInt8> {
    /// The bytes as digits, two for each: for statements, in which the text itself might end a string.
    var hexDigits: String {
        map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

extension [UInt8] {
    /// Passes the bytes of the array to the body.
    func withBytes<Value>(_ body: (UnsafeRawBufferPointer) throws(FlxError) -> Value) throws(FlxError) -> Value {
        try withUnsafeBufferPointer { bytes throws(FlxError) in try body(UnsafeRawBufferPointer(bytes)) }
    }
}
