import FlxCore

extension Dispatcher {
    /// Brings an event to its handlers, and returns when each has done its work, failed, or been put aside.
    func dispatch(_ publication: Publication, to targets: Targets) async -> Dispatched {
        guard !targets.registrations.isEmpty else { return Dispatched(targets: targets.registrations) }
        let isNested = EventContext.current?.isHandling ?? false
        let context = EventContext(handling: publication.event)
        if targets.areDirect {
            return EventContext.$current.withValue(context) { callDirectly(targets, publication) }
        }
        return await EventContext.$current.withValue(context) {
            var dispatched = Dispatched(targets: targets.registrations)
            for (index, registration) in targets.registrations.enumerated() {
                let result = await call(registration, publication, isNested: isNested)
                dispatched.note(result, at: index)
            }
            return dispatched
        }
    }

    private func callDirectly(_ targets: Targets, _ publication: Publication) -> Dispatched {
        var dispatched = Dispatched(targets: targets.registrations)
        for index in targets.registrations.indices {
            let registration = targets.registrations[index]
            guard !registration.isCancelled, registration.handler.accepts(publication.event) else {
                dispatched.note(.skipped, at: index)
                continue
            }
            guard case .synchronous(let body) = registration.handler.body else { continue }
            registration.callBegins()
            do {
                try body(publication)
            } catch {
                dispatched.note(.failed(report(error, of: registration, publication, attempts: 1)), at: index)
            }
            registration.callEnds()
        }
        return dispatched
    }

    private func call(_ registration: Registration, _ publication: Publication, isNested: Bool) async -> CallResult {
        guard !registration.isCancelled, registration.handler.accepts(publication.event) else { return .skipped }
        registration.callBegins()
        defer { registration.callEnds() }
        guard registration.takesTurns else { return await attempt(registration, publication) }
        if isNested {
            switch registration.enter(deferring: publication) {
            case .run, .wait: break
            case .deferred: return .deferred
            case .full:
                let error = FlxError(.limitExceeded, "\(Registration.Turns.maximumDeferred) calls wait for their turn already")
                return .failed(report(error, of: registration, publication, attempts: 0))
            }
        } else {
            await registration.enter()
        }
        let result = await attempt(registration, publication)
        while let deferred = registration.leave() {
            await EventContext.$current.withValue(EventContext(handling: deferred.event)) {
                _ = await attempt(registration, deferred)
            }
        }
        return result
    }

    /// Calls a handler as often as its retry policy allows.
    private func attempt(_ registration: Registration, _ publication: Publication) async -> CallResult {
        var attempts = 0
        while true {
            do {
                attempts += 1
                try await callOnce(registration.handler, publication)
                return .handled
            } catch {
                guard let pause = registration.handler.options.retry.pause(after: attempts), await rest(pause) else {
                    return .failed(report(error, of: registration, publication, attempts: attempts))
                }
            }
        }
    }

    /// Sleeps; returns false when the publisher was cancelled meanwhile.
    private func rest(_ pause: Duration) async -> Bool {
        if pause == .zero { return !Task.isCancelled }
        return (try? await clock.sleep(for: pause)) != nil
    }

    private func callOnce(_ handler: EventHandler, _ publication: Publication) async throws {
        switch (handler.body, handler.options.deadline) {
        case (.synchronous(let body), _): try body(publication)
        case (.asynchronous(let body), nil): try await body(publication)
        case (.asynchronous(let body), let deadline?): try await withDeadline(deadline, clock: clock) { try await body(publication) }
        }
    }

    private func report(
        _ error: any Error, of registration: Registration, _ publication: Publication, attempts: Int
    ) -> HandlerFailure {
        let failure = HandlerFailure(
            handler: registration.handler.name, event: publication.event, attempts: attempts, error: error)
        failures.report(failure)
        return failure
    }
}
