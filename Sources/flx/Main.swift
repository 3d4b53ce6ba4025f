import FlxCommand

/// The program `flx`. What it does is a library, FlxCommand, since tests cannot import a program.
@main
enum Main {
    static func main() async {
        await Program.run(Array(CommandLine.arguments.dropFirst()))
    }
}
