import FlxCore

extension SchemaProgram {
    /// The schemas that a keyword applies to the same value.
    func nodesInPlace(of keyword: SchemaKeyword) -> [Int] {
        switch keyword {
        case .reference(let node), .not(let node): [node]
        case .dynamicReference(let node, let anchor): targets(ofDynamic: anchor, otherwise: node)
        case .allOf(let nodes), .anyOf(let nodes), .oneOf(let nodes): nodes
        case .condition(let condition, let then, let otherwise): [condition, then, otherwise].compactMap { $0 }
        case .dependentSchemas(let rules): rules.map(\.1)
        default: []
        }
    }

    /// A schema that applies itself to the same value, directly or through others: its meaning is undefined.
    var circle: SchemaNode? {
        func next(_ node: Int) -> [Int] { nodes[node].keywords.flatMap(nodesInPlace) }
        var (seen, path) = (Set<Int>(), Set<Int>())
        for first in nodes.indices where seen.insert(first).inserted {
            var open = [(node: first, next: next(first))]
            path.insert(first)
            while let last = open.indices.last {
                guard let node = open[last].next.popLast() else {
                    path.remove(open.removeLast().node)
                    continue
                }
                if path.contains(node) { return nodes[node] }
                guard seen.insert(node).inserted else { continue }
                open.append((node, next(node)))
                path.insert(node)
            }
        }
        return nil
    }

    /// All possible targets of a dynamic reference, including the one it names.
    func targets(ofDynamic anchor: ExactText, otherwise node: Int) -> [Int] { dynamicTargets[anchor] ?? [node] }

    /// True if each dynamic reference has only one target: a schema then means the same from every place.
    var isStatic: Bool {
        !nodes.contains { node in
            node.keywords.contains { keyword in
                guard case .dynamicReference(let node, let anchor) = keyword else { return false }
                return targets(ofDynamic: anchor, otherwise: node).count > 1
            }
        }
    }
}
