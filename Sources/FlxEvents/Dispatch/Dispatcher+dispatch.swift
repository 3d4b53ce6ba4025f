import FlxCore

extension Dispatcher {
    /// Brings an event to its handlers, and returns when each has done its work, failed, or been put aside.
    nonisolated(nonsending) func dispatch(_ publication: Publication, to targets: Targets) async -> Dispatched {
        var dispatched = Dispatched(publication, to: targets.registrations)
        if targets.registrations.isEmpty { return dispatched }
        if targets.areDirect {
            Scope.$current.withValue(.handling(publication)) { callDirectly(&dispatched) }
            return dispatched
        }
        let isNested = Scope.current?.isHandling ?? false
        await Scope.$current.withValue(.handling(publication)) {
            for (index, registration) in targets.registrations.enumerated() {
                guard registration.callBegins(for: publication.event) else {
                    dispatched.note(.skipped, at: index)
                    continue
                }
                if registration.isPlain {
                    do {
                        try await registration.handler.body(publication)
                    } catch {
                        dispatched.note(.failed(report(error, of: registration, publication, attempts: 1)), at: index)
                    }
                } else {
                    dispatched.note(await call(registration, publication, isNested: isNested), at: index)
                }
                registration.callEnds()
            }
        }
        return dispatched
    }

    private func callDirectly(_ dispatched: inout Dispatched) {
        let publication = dispatched.publication
        for (index, registration) in dispatched.targets.enumerated() {
            guard registration.callBegins(for: publication.event) else {
                dispatched.note(.skipped, at: index)
                continue
            }
            guard case .synchronous(let body) = registration.handler.body else { continue }
            do {
                try body(publication)
            } catch {
                dispatched.note(.failed(report(error, of: registration, publication, attempts: 1)), at: index)
            }
            registration.callEnds()
        }
    }

    private func call(_ registration: Registration, _ publication: Publication, isNested: Bool) async -> CallResult {
        guard registration.takesTurns else { return await attempt(registration, publication) }
        if isNested {
            switch registration.enter(deferring: publication) {
            case .run, .wait: break
            case .deferred: return .deferred
            case .full:
                let error = FlxError(.limitExceeded, "\(Registration.HandlerTurns.maximumDeferred) calls wait for their turn already")
                return .failed(report(error, of: registration, publication, attempts: 0))
            }
        } else {
            await registration.enter()
        }
        let result = await attempt(registration, publication)
        while let deferred = registration.leave() {
            // The call belongs to another publisher: the cancellation of this one does not concern it.
            await shielded { [self] in
                await Scope.$current.withValue(.handling(deferred)) { _ = await attempt(registration, deferred) }
            }
        }
        return result
    }

    /// Calls a handler as often as its retry policy allows, unless it was cancelled meanwhile.
    private func attempt(_ registration: Registration, _ publication: Publication) async -> CallResult {
        guard !registration.isCancelled else { return .skipped }
        var attempts = 0
        while true {
            do {
                attempts += 1
                try await callOnce(registration.handler, publication)
                return .handled
            } catch {
                guard let pause = registration.handler.options.retry.pause(after: attempts), await rest(pause), !registration.isCancelled
                else {
                    return .failed(report(error, of: registration, publication, attempts: attempts))
                }
            }
        }
    }

    /// Sleeps; returns false when the publisher was cancelled meanwhile.
    private func rest(_ pause: Duration) async -> Bool {
        if pause == .zero { return !Task.isCancelled }
        return (try? await clock.pause(for: pause)) != nil
    }

    private func callOnce(_ handler: EventHandler, _ publication: Publication) async throws {
        if case .asynchronous(let body) = handler.body, let deadline = handler.options.deadline {
            try await withDeadline(deadline, clock: clock) { try await body(publication) }
        } else {
            try await handler.body(publication)
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
