import FlxCore
import Foundation
import Testing

@Suite("Timestamps")
struct TimestampTests {
    @Test("the ends of the range are written and read again")
    func boundaries() throws {
        let ends = [
            ("1677-09-21T00:12:43.145224192Z", Int64.min), ("2262-04-11T23:47:16.854775807Z", .max), ("1970-01-01T00:00:00Z", 0),
            ("1969-12-31T23:59:59.999999999Z", -1), ("1970-01-01T00:00:00.001Z", 1_000_000), ("1970-01-01T00:00:00.000001Z", 1000),
            ("2262-04-11T23:47:16Z", 9_223_372_036_000_000_000), ("1677-09-21T00:12:44Z", -9_223_372_036_000_000_000),
            ("2000-02-29T00:00:00Z", 951_782_400_000_000_000), ("1900-03-01T00:00:00Z", -2_203_891_200_000_000_000),
        ]
        for (text, nanoseconds) in ends {
            let time = Timestamp(nanoseconds: nanoseconds)
            #expect(time.description == text)
            #expect(try Timestamp(text) == time)
        }
        for text in [
            "1677-09-21T00:12:43.145224191Z", "2262-04-11T23:47:16.854775808Z", "1677-09-21T00:12:42.9Z", "2262-04-11T23:47:17Z",
            "0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "1677-09-20T23:59:59Z",
        ] {
            #expect(throws: FlxError.self, "\(text)") { try Timestamp(text) }
        }
    }

    @Test("random instants agree with Foundation's formatter and survive both styles")
    func agreesWithFoundation() throws {
        var random = SeededRandom.printed()
        let formatter = Date.ISO8601FormatStyle(timeZone: .gmt)
        for _ in 1...5000 {
            let seconds = Int64.random(in: -9_223_372_036...9_223_372_035, using: &random)
            let unit: Int64 = [1, 1000, 1_000_000, 1_000_000_000].randomElement(using: &random) ?? 1
            let fraction = Int64.random(in: 0...999_999_999, using: &random) / unit * unit
            let time = Timestamp(nanoseconds: seconds * 1_000_000_000 + fraction)
            let whole = formatter.format(Date(timeIntervalSince1970: Double(seconds))).dropLast()
            #expect(time.formatted(.rfc3339).hasPrefix(whole))
            #expect(try Timestamp(time.formatted(.rfc3339)) == time)
            let python = try Timestamp(time.formatted(.python))
            #expect(time.formatted(.python).hasPrefix(whole) && time.formatted(.python).hasSuffix("+00:00"))
            #expect((0..<1000).contains(time.nanoseconds - python.nanoseconds))
        }
    }

    @Test("every day of four centuries agrees with Foundation's calendar")
    func agreesOnDays() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        for day in stride(from: -106_751, through: 106_750, by: 1) {
            let text = Timestamp(nanoseconds: Int64(day) * 86_400_000_000_000).description
            guard day % 17 == 0 || text.hasSuffix("-02-29T00:00:00Z") || text.hasSuffix("-01-01T00:00:00Z") else { continue }
            let parts = calendar.dateComponents([.year, .month, .day], from: Date(timeIntervalSince1970: Double(day) * 86_400))
            let expected = [parts.year ?? 0, parts.month ?? 0, parts.day ?? 0]
            #expect(text.prefix(10).split(separator: "-").compactMap { Int($0) } == expected)
        }
    }

    @Test(
        "offsets, cases, separators and fractions of RFC 3339 are understood",
        arguments: [
            "2024-05-06T07:08:09.5Z", "2024-05-06t07:08:09.5z", "2024-05-06 07:08:09.50+00:00", "2024-05-06T09:08:09.500+02:00",
            "2024-05-06T01:38:09.500000-05:30", "2024-05-06T07:08:09.500000000Z", "2024-05-06T07:08:09.5000000000000Z",
            "2024-05-06T07:08:09.5-00:00", "2024-05-07T07:07:09.5+23:59",
        ])
    func reads(_ text: String) throws {
        #expect(try Timestamp(text) == Timestamp(nanoseconds: 1_714_979_289_500_000_000))
    }

    @Test(
        "everything else is refused",
        arguments: [
            "", "2024", "2024-05-06", "2024-05-06T07:08Z", "2024-05-06T07:08:09", "2024-05-06T07:08:09.Z", "2024-05-06T07:08:09,5Z",
            "2024-13-06T07:08:09Z", "2024-00-06T07:08:09Z", "2024-05-32T07:08:09Z", "2024-05-00T07:08:09Z", "2023-02-29T07:08:09Z",
            "1900-02-29T00:00:00Z", "2024-05-06T24:08:09Z", "2024-05-06T07:60:09Z", "2024-05-06T07:08:61Z", "2024-05-06T07:08:09+2:00",
            "2024-05-06T07:08:09+0200", "2024-05-06T07:08:09+24:00", "2024-05-06T07:08:09+02:60", "2024-05-06T07:08:09Z ",
            " 2024-05-06T07:08:09Z", "2024-05-06T07:08:09.0000000001Z", "24-05-06T07:08:09Z", "2024-5-6T07:08:09Z", "２024-05-06T07:08:09Z",
            "2024-05-06T07:08:09Z\u{0}", "+024-05-06T07:08:09Z", "2024-05-06_07:08:09Z",
        ])
    func refuses(_ text: String) {
        #expect(throws: FlxError.self) { try Timestamp(text) }
    }

    @Test("a leap second is the second after it")
    func leapSecond() throws {
        #expect(try Timestamp("2016-12-31T23:59:60Z") == Timestamp("2017-01-01T00:00:00Z"))
        #expect(try Timestamp("2016-12-31T23:59:60.5Z") == Timestamp("2017-01-01T00:00:00.5Z"))
        #expect(try Timestamp("2015-07-01T01:59:60+02:00") == Timestamp("2015-07-01T00:00:00Z"))
        #expect(try Timestamp("1998-12-31T15:59:60.123-08:00") == Timestamp("1999-01-01T00:00:00.123Z"))
    }

    @Test(
        "a leap second anywhere else is refused",
        arguments: [
            "2026-06-15T12:30:60Z", "2026-06-30T23:58:60Z", "2026-06-30T22:59:60Z", "2026-03-31T23:59:60Z", "2026-12-31T23:59:60+01:00",
            "2026-12-30T23:59:60Z", "2027-01-01T23:59:60Z", "2026-07-01T23:59:60Z", "2026-06-30T23:59:60-00:30",
        ])
    func noLeapSecond(_ text: String) {
        let error = #expect(throws: FlxError.self) { try Timestamp(text) }
        #expect(error?.message.contains("a second 60 can only be the last one of June or December in UTC") == true)
        #expect(throws: FlxError.self) { try Timestamp(json: Array("\"\(text)\"".utf8)) }
    }

    @Test(
        "a refusal says the true reason",
        arguments: [
            ("0001-01-01T00:00:00Z", "times go from 1677-09-21T00:12:43.145224192Z to 2262-04-11T23:47:16.854775807Z"),
            ("9999-12-31T23:59:59Z", "times go from 1677-09-21"), ("9999-12-31T23:59:59.9999999999Z", "times go from 1677-09-21"),
            ("2026-01-01T00:00:00.0000000001Z", "at most 9 digits after the point"), ("2026-02-30T00:00:00Z", "no time of RFC 3339"),
            ("2026-01-01", "no time of RFC 3339"), ("2026-01-01T00:00:61Z", "no time of RFC 3339"),
        ])
    func reasons(_ text: String, _ reason: String) throws {
        let error = #expect(throws: FlxError.self) { try Timestamp(text) }
        #expect(error?.code == .invalidValue && error?.message.contains(reason) == true, "\(error?.message ?? "")")
        let wire = #expect(throws: FlxError.self) { try Timestamp(json: Array("\"\(text)\"".utf8)) }
        #expect(wire?.code == .typeMismatch && wire?.message.contains(reason) == true, "\(wire?.message ?? "")")
        let event = #"{"specversion":"1.0","id":"x","type":"t","source":"/s","time":"\#(text)"}"#
        let read = #expect(throws: FlxError.self) { try CloudEventsJSON.decode(Array(event.utf8)) }
        #expect(read?.message.contains(reason) == true, "\(read?.message ?? "")")
    }

    @Test("moving by a duration stops at the ends of the range")
    func advances() {
        let middle = Timestamp(nanoseconds: 0)
        #expect(middle.advanced(by: .milliseconds(1500)).nanoseconds == 1_500_000_000)
        #expect(middle.advanced(by: .milliseconds(-1500)).nanoseconds == -1_500_000_000)
        #expect(middle.advanced(by: .nanoseconds(-1)).nanoseconds == -1)
        // The seconds alone fit, the sum with the rest does not.
        #expect(middle.advanced(by: .seconds(9_223_372_036) + .milliseconds(999)).nanoseconds == .max)
        #expect(middle.advanced(by: .seconds(-9_223_372_036) - .milliseconds(999)).nanoseconds == .min)
        #expect(Timestamp(nanoseconds: .max).advanced(by: .nanoseconds(1)).nanoseconds == .max)
        #expect(Timestamp(nanoseconds: .min).advanced(by: .nanoseconds(-1)).nanoseconds == .min)
        #expect(middle.advanced(by: .seconds(Int64.max)).nanoseconds == .max)
        #expect(middle.advanced(by: .seconds(Int64.min)).nanoseconds == .min)
        #expect(middle.advanced(by: .seconds(Int64.max) * 10).nanoseconds == .max)
        #expect(middle.advanced(by: .seconds(Int64.min) * 10).nanoseconds == .min)
        #expect(Timestamp(nanoseconds: .max).advanced(by: .seconds(-1)).nanoseconds == .max - 1_000_000_000)
    }

    @Test("the duration between two instants is exact, across the whole range")
    func durations() {
        let (first, last) = (Timestamp(nanoseconds: .min), Timestamp(nanoseconds: .max))
        #expect(last.duration(since: first) == .nanoseconds(Int64.max) - .nanoseconds(Int64.min))
        #expect(first.advanced(by: last.duration(since: first)) == last)
        #expect(first < last)
    }

    @Test("the style of Python has no fraction or six digits")
    func python() {
        #expect(Timestamp(nanoseconds: 0).formatted(.python) == "1970-01-01T00:00:00+00:00")
        #expect(Timestamp(nanoseconds: 999).formatted(.python) == "1970-01-01T00:00:00+00:00")
        #expect(Timestamp(nanoseconds: 1999).formatted(.python) == "1970-01-01T00:00:00.000001+00:00")
        #expect(Timestamp(nanoseconds: -1).formatted(.python) == "1969-12-31T23:59:59.999999+00:00")
    }
}
