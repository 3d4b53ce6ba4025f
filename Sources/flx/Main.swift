import ArgumentParser

@main
struct Flx: AsyncParsableCommand {
    func run() async throws {}
}
