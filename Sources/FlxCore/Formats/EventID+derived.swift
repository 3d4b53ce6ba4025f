extension EventID {
    /// An id computed from a text, for events without an id: the same id for the same text.
    ///
    /// It is a UUID of version 8 (RFC 9562, section 5.8) over the 128-bit FNV-1a hash of the text. The hash spreads texts evenly, but gives
    /// no protection against deliberate collisions.
    package init(derivedFrom text: String) {
        var hash: UInt128 = 0x6C62_272E_07BB_0142_62B8_2175_6295_C58D
        for byte in text.utf8 { hash = (hash ^ UInt128(byte)) &* 0x0000_0000_0100_0000_0000_0000_0000_013B }
        let variantMask: UInt128 = 0xF000 << 64 | 0xC000_0000_0000_0000
        self.init(uuid: hash & ~variantMask | 0x8000 << 64 | 0x8000_0000_0000_0000)
    }
}
