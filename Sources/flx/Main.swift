import FlxCommand

/// The program `flx`. What it does is a library, FlxCommand, since tests cannot import a program.
@main
enum Main {
    static func main() {
        Program.start(CommandLine.arguments)
    }
}
