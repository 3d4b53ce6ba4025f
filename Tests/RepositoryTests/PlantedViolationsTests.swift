import Testing

/// Each rule is shown to bite: it finds the planted violation where it stands, and lets the mended twin pass.
@Suite struct PlantedViolationsTests {
    @Test(arguments: Plant.all)
    func `the rule finds what was planted`(_ plant: Plant) {
        let found = plant.rule.check(ProjectTree(plant.broken))
        #expect(found.map { "\($0.path):\($0.line)" } == [plant.place])
        #expect(plant.rule.check(ProjectTree(plant.mended)).isEmpty)
    }

    @Test func `every rule has a plant`() {
        #expect(Set(Plant.all.map(\.rule.name)) == Set(Rule.all.map(\.name)))
    }
}
