import FlxEvents

/// A part of the demonstration: a view is rebuilt beside the current one, while runs are published and readers ask.
struct DemoRebuild {
    /// The events and queries until the new version answered.
    private struct Traffic {
        var runs = 0
        var answers = 0
        /// True if an answer ever knew of fewer runs than one before it.
        var wentBack = false
        var known: Int64 = 0
    }

    /// The duration of the runs published meanwhile.
    private static let seconds = 4.2

    let stage: DemoStage
    let bus: HybridEventBus
    let store: OperatedStore

    /// Builds the second version of ``RunTimes`` from the whole log.
    /// - Parameter runs: The number of recorded runs.
    func show(runs: Int, _ sheet: inout Sheet) async throws {
        try stage.step(5, "Rebuild", "a view in the store gets a new version from the whole log, while runs go on and readers ask")
        let new = ViewRunner(RunTimes.Second(), in: store)
        // Another demonstration may have been here.
        for generation in try await store.generations(of: RunTimes.name) { try await store.dropGeneration(generation.id) }
        let before = try await ViewRunner(RunTimes.First(), in: store).catchUp().handled
        try stage.line("version 1 counts \(Quantity.grouped(before)) runs by their seconds; version 2 gets an index beside that")
        let start = ContinuousClock.now
        // The former version is kept current meanwhile.
        let group = try SubscriptionGroup(store: store, logger: DemoTour.silence) { Subscription(view: RunTimes.First()) }
        async let _: Void = group.run()
        async let traffic = traffic(after: runs + 2)
        let rebuild = try await new.rebuild(comparing: .requireEqual)
        let seconds = (ContinuousClock.now - start).inSeconds
        let meanwhile = try await traffic
        try tell(rebuild, meanwhile, seconds)

        try await new.catchUp()
        let total = try await total()
        let most = try await store.documents(.index("runs"), of: RunTimes.Second.self).last
        if let most {
            let count = Quantity.grouped(most.runs)
            try stage.line("version 2 answers, by its index: \(count) of \(Quantity.grouped(total)) runs took \(most.seconds) s")
        }
        sheet.add("rebuilt", "rebuilt", rebuild.generation.handled)
        sheet.add("publishedMeanwhile", "published meanwhile", Int64(2 * meanwhile.runs))
        sheet.add("answeredMeanwhile", "answered meanwhile", Int64(meanwhile.answers))
        sheet.add("rebuiltEqual", "rebuilt equal", .bool(rebuild.isEqual == true))
        guard rebuild.isEqual == true, !meanwhile.wentBack, total == before + Int64(meanwhile.runs) else {
            throw Failure(.failure, "the demonstration found a difference; please report it")
        }
    }

    private func tell(_ rebuild: ViewRunner.Rebuild, _ meanwhile: Traffic, _ seconds: Double) throws {
        let (count, runs) = (Quantity.grouped(rebuild.generation.handled), Quantity.grouped(Int64(meanwhile.runs)))
        try stage.line("built from \(count) runs in \(Quantity.time(seconds)), while \(runs) more were published")
        let answers = Quantity.grouped(Int64(meanwhile.answers))
        try stage.line("version 1 kept up and answered \(answers) times, until the switch at position \(rebuild.switchPosition)")
        try stage.line("compared before the switch: \(rebuild.rebuilt?.rows ?? 0) documents, the same in both")
    }

    /// Publishes runs and asks the view, until version 2 answers.
    private func traffic(after number: Int) async throws -> Traffic {
        var traffic = Traffic()
        while try await !isReplaced() {
            try await bus.publish(try DemoTour.run(number + traffic.runs, seconds: Self.seconds))
            traffic.runs += 1
            let known = try await total()
            traffic.wentBack = traffic.wentBack || known < traffic.known
            (traffic.known, traffic.answers) = (known, traffic.answers + 1)
            // The rebuild has failed.
            try Task.checkCancellation()
        }
        return traffic
    }

    private func isReplaced() async throws -> Bool {
        try await store.generations(of: RunTimes.name).contains { $0.role == .current && $0.version == RunTimes.Second.version }
    }

    /// The number of runs by whatever version answers.
    private func total() async throws -> Int64 {
        try await store.documents(of: RunTimes.First.self).reduce(0) { $0 + $1.runs }
    }
}
