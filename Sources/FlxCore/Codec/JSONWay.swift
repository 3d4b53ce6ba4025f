/// The way from a text down to a value: its last step, and the way to the parent of this step.
///
/// Errors share the ways of the values around them. The texts of their pointers are made on demand: a type with several decoding attempts
/// causes many errors that nobody reads.
final class JSONWay: Sendable {
    let outer: JSONWay?
    let step: PathKey

    init(_ step: PathKey, in outer: JSONWay?) {
        self.step = step
        self.outer = outer
    }

    /// The steps, from the text down.
    var path: [any CodingKey] {
        var (path, way) = ([any CodingKey](), Optional(self))
        while let current = way {
            path.append(current.step)
            way = current.outer
        }
        return path.reversed()
    }

    /// The way as a JSON pointer (RFC 6901).
    var pointer: String { PathKey.pointer(path) }
}
