/// Names and addresses of hosts and mailboxes.
enum InternetAddress {
    /// RFC 1123: labels of letters, digits and hyphens, 253 characters in all.
    static func isHost(_ text: ArraySlice<UInt8>) -> Bool {
        let labels = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return text.count <= 253
            && labels.allSatisfy { label in
                (1...63).contains(label.count) && label.first != UInt8(ascii: "-") && label.last != UInt8(ascii: "-")
                    && label.allSatisfy { $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "-") }
            }
    }

    /// RFC 2673, section 3.2: four numbers of up to 255, without zeros in front.
    static func isIPv4(_ text: ArraySlice<UInt8>) -> Bool {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in
                (1...3).contains(part.count) && part.allSatisfy(\.isDigit) && (part.count == 1 || part.first != UInt8(ascii: "0"))
                    && part.reduce(0) { $0 * 10 + Int($1) - 0x30 } <= 255
            }
    }

    /// RFC 4291, section 2.2: eight groups, with one abbreviation of some of them.
    static func isIPv6(_ text: ArraySlice<UInt8>) -> Bool {
        let colon = UInt8(ascii: ":")
        let gap = text.indices.dropLast().first { text[$0] == colon && text[$0 + 1] == colon }
        guard let gap else { return groups(text, mayEndInIPv4: true) == 8 }
        let (before, after) = (text[..<gap], text[(gap + 2)...])
        guard let first = before.isEmpty ? 0 : groups(before, mayEndInIPv4: false),
            let last = after.isEmpty ? 0 : groups(after, mayEndInIPv4: true)
        else { return false }
        return first + last <= 7
    }

    /// The number of groups of four digits; an address of IPv4 counts as two. Nil for other text.
    private static func groups(_ text: ArraySlice<UInt8>, mayEndInIPv4: Bool) -> Int? {
        var parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        var count = parts.count
        if mayEndInIPv4, let last = parts.last, last.contains(UInt8(ascii: ".")) {
            guard isIPv4(last) else { return nil }
            parts.removeLast()
            count += 1
        }
        return parts.allSatisfy { (1...4).contains($0.count) && $0.allSatisfy(\.isHexDigit) } ? count : nil
    }

    /// RFC 5321, section 4.1.2: a mailbox at a host, or at an address in brackets.
    static func isMailbox(_ text: ArraySlice<UInt8>) -> Bool {
        let isQuoted = text.first == UInt8(ascii: "\"")
        guard let at = isQuoted ? text.lastIndex(of: UInt8(ascii: "@")) : text.firstIndex(of: UInt8(ascii: "@")) else { return false }
        let (local, domain) = (text[..<at], text[(at + 1)...])
        guard (1...64).contains(local.count), isQuoted ? isQuotedString(local) : isDotString(local) else { return false }
        guard domain.first == UInt8(ascii: "["), domain.last == UInt8(ascii: "]") else { return isHost(domain) }
        let literal = domain.dropFirst().dropLast()
        guard literal.prefix(5).map({ $0.isLetter ? $0 | 0x20 : $0 }).elementsEqual("ipv6:".utf8) else { return isIPv4(literal) }
        return isIPv6(literal.dropFirst(5))
    }

    private static func isDotString(_ text: ArraySlice<UInt8>) -> Bool {
        text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { atom in
            !atom.isEmpty && atom.allSatisfy { $0.isLetter || $0.isDigit || "!#$%&'*+-/=?^_`{|}~".utf8.contains($0) }
        }
    }

    private static func isQuotedString(_ text: ArraySlice<UInt8>) -> Bool {
        guard text.count >= 2, text.last == UInt8(ascii: "\"") else { return false }
        var rest = text.dropFirst().dropLast()
        while let byte = rest.popFirst() {
            let character = byte == UInt8(ascii: "\\") ? rest.popFirst() : byte == UInt8(ascii: "\"") ? nil : byte
            guard let character, (0x20...0x7E).contains(character) else { return false }
        }
        return true
    }
}
