extension EventID {
    /// An id that is made of a text: the same one for the same text, for events that have none of their own.
    ///
    /// It is a UUID of version 8 (RFC 9562, section 5.8) over the 128-bit FNV-1a hash of the text, which spreads texts evenly but is no
    /// protection against somebody who wants two of them to have one id.
    package init(derivedFrom text: String) {
        var hash: UInt128 = 0x6C62_272E_07BB_0142_62B8_2175_6295_C58D
        for byte in text.utf8 { hash = (hash ^ UInt128(byte)) &* 0x0000_0000_0100_0000_0000_0000_0000_013B }
        let variantMask: UInt128 = 0xF000 << 64 | 0xC000_0000_0000_0000
        self.init(uuid: hash & ~variantMask | 0x8000 << 64 | 0x8000_0000_0000_0000)
    }
}
