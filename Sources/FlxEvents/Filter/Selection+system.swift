import FlxCore

extension Selection {
    /// True if readers of the selection do not get system streams: it selects them only as a part of everything.
    var hidesSystem: Bool {
        switch scope {
        case .all: true
        case .stream: false
        case .prefix(let text): !text.utf8.starts(with: StreamName.systemPrefix.utf8)
        }
    }
}

extension TolerantPage {
    /// The page without events of system streams that readers of a selection do not get.
    func visible(to selection: Selection) -> TolerantPage {
        let isHidden: (RecordedEvent) -> Bool = { $0.event.stream?.isSystem ?? false }
        guard selection.hidesSystem, page.events.contains(where: isHidden) else { return self }
        let events = page.events.filter { !isHidden($0) }
        return TolerantPage(page: Page(events: events, through: page.through, isLast: page.isLast), faults: faults)
    }
}
