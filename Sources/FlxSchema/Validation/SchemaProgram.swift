import FlxCore

/// A schema with everything it refers to, ready for checks.
struct SchemaProgram: Sendable {
    /// A node, as the meaning of a dynamic anchor in a resource.
    struct DynamicAnchor: Hashable, Sendable {
        let resource: Int
        let name: ExactText
    }

    /// All reachable schemas and subschemas; the first one is the schema itself.
    var nodes: [SchemaNode] = []
    /// The nodes of dynamic anchors.
    var dynamicAnchors: [DynamicAnchor: Int] = [:]
    /// The same by their names alone, in order.
    var dynamicTargets: [ExactText: [Int]] = [:]
    /// True if some schema depends on parts not evaluated by others.
    var tracksEvaluated = false
    /// True if one of the documents refers to a part of annotations; that part then has an effect.
    var refersToAnnotations = false
}
