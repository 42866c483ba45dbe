import MainspringCore

/// The nodes of the store.
struct NodesTable {
    let nodes: [NodeRecord]
    /// The name of the node that shows them.
    let own: String
    let now: Timestamp

    var html: HTML {
        let columns = [
            Table.Column("Node", "main"), Table.Column("State", "status"), Table.Column("Host"),
            Table.Column("PID", "number"), Table.Column("Works on", "wide"), Table.Column("Up", "number"),
            Table.Column("Last seen", "number"),
        ]
        return Table(caption: "Nodes", columns: columns, rows: nodes.map(row)).html
    }

    private func row(_ node: NodeRecord) -> [HTML] {
        let name = node.identity.name
        let leader: HTML? =
            node.isLeader
            ? " <span class=\"badge plain\" title=\"Promotes, fires and reclaims for all\">leads</span>" : nil
        let this: HTML? = name == own ? " <span class=\"note\">this one</span>" : nil
        let link: HTML = name != own ? node.url.map { "<a href=\"\($0)/\">\(name)</a>" } ?? "\(name)" : "\(name)"
        let queues = node.queues.keys.sorted().joined(separator: ", ")
        return [
            "\(link)\(leader)\(this)", StateMark.node(isDraining: node.isDraining),
            node.host.isEmpty ? Self.none : "\(node.host)", node.process.map { "\(Int($0.pid))" } ?? Self.none,
            queues.isEmpty ? Self.none : "\(queues)", Shown.age(node.startedAt, now: now),
            // Clocks of two hosts may differ.
            Shown.age(min(node.seenAt, now), now: now),
        ]
    }

    private static let none: HTML = "<span class=\"zero\">–</span>"
}
