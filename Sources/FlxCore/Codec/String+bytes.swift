// Looking into texts from outside. `Character`s will not do: a combining mark behind a separator makes one of both, and so does "\r\n".
extension StringProtocol {
    /// The parts between separators, also the empty ones.
    package func parts(at separator: Unicode.Scalar) -> [Substring] {
        Substring(self).unicodeScalars.split(separator: separator, omittingEmptySubsequences: false).map(Substring.init)
    }

    /// The parts before and behind the first separator; nil if there is none.
    package func halves(at separator: Unicode.Scalar) -> (Substring, Substring)? {
        let scalars = Substring(self).unicodeScalars
        guard let place = scalars.firstIndex(of: separator) else { return nil }
        return (Substring(scalars[..<place]), Substring(scalars[scalars.index(after: place)...]))
    }

    /// Returns true if the text begins with the bytes of another one.
    package func begins(with prefix: String) -> Bool { utf8.starts(with: prefix.utf8) }

    /// Returns true if the text ends with the bytes of another one.
    package func ends(with suffix: String) -> Bool { utf8.reversed().starts(with: suffix.utf8.reversed()) }

    /// The text behind a prefix; nil if the text does not begin with its bytes.
    package func without(prefix: String) -> Substring? {
        begins(with: prefix) ? Substring(Substring(self).utf8.dropFirst(prefix.utf8.count)) : nil
    }

    /// The text with its ASCII letters in lower case. Nothing else changes, so no foreign letter becomes an ASCII letter.
    package var loweredASCII: String {
        String(decoding: utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
    }

    /// Returns true if the text is another one, byte for byte.
    package func isExactly(_ other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}

extension String {
    /// The number of scalars: each has one byte that is no continuation. The count of `unicodeScalars` walks them one by one.
    package var scalarCount: Int {
        let count = utf8.withContiguousStorageIfAvailable { bytes in
            var count = 0
            for byte in bytes where byte & 0xC0 != 0x80 { count += 1 }
            return count
        }
        return count ?? unicodeScalars.count
    }

    /// The first scalars, for messages: the first characters may be as long as the whole.
    package func scalarPrefix(_ count: Int) -> Substring { Substring(unicodeScalars.prefix(count)) }
}
