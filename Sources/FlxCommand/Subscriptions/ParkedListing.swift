import FlxEvents

/// The listing of parked events.
enum ParkedListing {
    static func events(_ common: CommonOptions) -> Listing {
        let columns = [
            Column("subscription"), Column("position", .right), Column("type"), Column("key"), Column("attempts", .right), Column("group"),
            Column("error"),
        ]
        return Listing(columns, as: common.format, to: common.console)
    }

    static func groups(_ common: CommonOptions) -> Listing {
        let columns = [
            Column("group"), Column("subscription"), Column("events", .right), Column("first", .right), Column("last time"),
            Column("error"),
        ]
        return Listing(columns, as: common.format, to: common.console)
    }

    static func add(_ parked: ParkedEvent, to listing: inout Listing) throws {
        try listing.add(
            [
                parked.handler, parked.position.description, parked.event.event.type.description, parked.key, String(parked.attempts),
                parked.group, parked.error,
            ],
            json: sheet(parked).json)
    }

    static func add(_ group: ParkedGroup, to listing: inout Listing) throws {
        let last = group.times.upperBound.description
        try listing.add(
            [group.id, group.handler, String(group.count), group.first.description, last, group.fingerprint],
            json: [
                "group": .string(group.id), "subscription": .string(group.handler), "events": .int(Int64(group.count)),
                "firstPosition": .int(group.first.value), "firstTime": .string(group.times.lowerBound.description),
                "lastTime": .string(last), "fingerprint": .string(group.fingerprint),
            ])
    }

    static func sheet(_ parked: ParkedEvent) throws -> Sheet {
        var sheet = Sheet()
        sheet.add("subscription", "subscription", .string(parked.handler))
        sheet.add("position", "position", parked.position.value)
        sheet.add("type", "type", .string(parked.event.event.type.description))
        sheet.add("key", "key", .string(parked.key))
        sheet.add("keyWaits", "later events wait", .bool(parked.holdsKey), parked.holdsKey ? "yes" : "no")
        sheet.add("attempts", "attempts", Int64(parked.attempts))
        sheet.add("error", "error", .string(parked.error))
        sheet.add("group", "group", .string(parked.group))
        sheet.add("codeVersion", "version of the code", Int64(parked.handlerVersion))
        sheet.add("time", "parked", .string(parked.time.description))
        sheet.add("isCorrected", "corrected", .bool(parked.isCorrected), parked.isCorrected ? "yes" : "no")
        sheet.add("event", "event", try EventValue(json: CloudEventsJSON.encode(parked.event.event), limits: CloudEventsJSON.eventLimits))
        return sheet
    }
}
