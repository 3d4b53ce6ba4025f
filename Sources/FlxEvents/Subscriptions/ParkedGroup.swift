public import FlxCore

/// Parked events of one handler that failed in the same way.
public struct ParkedGroup: Hashable, Sendable {
    /// The name of the subscription.
    @Exact public private(set) var handler: String
    /// The error without its numbers and quoted names.
    @Exact public private(set) var fingerprint: String
    /// The number of events.
    public internal(set) var count: Int
    /// The place of the first of them.
    public let first: Position
    /// When the first and the last were parked.
    public internal(set) var times: ClosedRange<Timestamp>

    /// Its short name: eight hexadecimal digits.
    public var id: String { Self.id(of: fingerprint) }

    static func id(of fingerprint: String) -> String {
        // Folded to 32 bits, and the same in every process.
        let hash = ByteHash.of(fingerprint)
        let digits = String(UInt32(truncatingIfNeeded: hash ^ (hash >> 32)), radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }

    /// The parts that differ from event to event are taken out: names in single quotes, and words with a digit in them.
    static func fingerprint(of error: String) -> String {
        var (result, word) = ("", "")
        var quote: Character?
        func end() {
            result += word.contains(where: \.isNumber) ? "#" : word
            word = ""
        }
        for character in error {
            if let open = quote {
                if character == open {
                    quote = nil
                    result.append(character)
                }
            } else if character.isLetter || character.isNumber {
                word.append(character)
            } else {
                // An apostrophe inside a word opens no quotation.
                if character == "'", word.isEmpty { quote = character }
                end()
                result.append(character)
            }
        }
        end()
        return result
    }
}
