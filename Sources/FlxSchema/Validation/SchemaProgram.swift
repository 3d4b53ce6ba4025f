import FlxCore

/// A schema with everything that it refers to, ready to be asked.
struct SchemaProgram: Sendable {
    /// Which node a dynamic anchor stands for in a resource.
    struct DynamicAnchor: Hashable, Sendable {
        let resource: Int
        let name: ExactText
    }

    /// All schemas and subschemas that can be reached; the first one is the schema itself.
    var nodes: [SchemaNode] = []
    /// The nodes of dynamic anchors.
    var dynamicAnchors: [DynamicAnchor: Int] = [:]
    /// The same by their names alone, in order.
    var dynamicTargets: [ExactText: [Int]] = [:]
    /// True if some schema asks about what others have not looked at.
    var tracksEvaluated = false
    /// True if one of the documents refers to a part of annotations, which count then.
    var refersToAnnotations = false
}
