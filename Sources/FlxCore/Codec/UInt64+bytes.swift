extension UInt64 {
    /// Reads a number from its bytes, the least significant first.
    package init(bytes: some BidirectionalCollection<UInt8>) {
        self = bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// The eight bytes of the number, the least significant first.
    package var bytes: [UInt8] { withUnsafeBytes(of: littleEndian) { Array($0) } }
}
