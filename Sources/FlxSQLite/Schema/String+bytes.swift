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

extension [UInt8] {
    /// Passes the bytes of the array to the body.
    func withBytes<Value>(_ body: (UnsafeRawBufferPointer) throws(FlxError) -> Value) throws(FlxError) -> Value {
        try withUnsafeBufferPointer { bytes throws(FlxError) in try body(UnsafeRawBufferPointer(bytes)) }
    }
}
