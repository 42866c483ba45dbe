import GRDB
import MainspringCore

/// The nodes of a store, live or not. There are few: each look reads all of them.
struct NodeTable {
    struct Row {
        var record: NodeRecord
        var until: Int64
        var wish: NodeWish?
    }

    private let database: Database

    init(_ database: Database) {
        self.database = database
    }

    /// By name; those that live at that moment.
    func live(at steady: SteadyTime) throws -> [Row] {
        try all().filter { steady.holds($0.until) }
    }

    /// By name.
    func all() throws -> [Row] { try SQLStatement(database, Self.select).rows { try $0.node() } }

    func leader() throws -> NodeIdentity? {
        try SQLStatement(database, "SELECT name, incarnation FROM mainspring_term WHERE name IS NOT NULL").first {
            NodeIdentity(name: $0.text(0), incarnation: $0.text(1))
        }
    }

    func put(_ node: NodeRecord, until: Int64) throws {
        let stamp = node.process
        try SQLStatement(database, Self.upsert).bind(
            node.identity.name, node.identity.incarnation, until, stamp?.bootID, stamp.map { String($0.pidNamespace) },
            stamp.map { Int($0.pid) }, stamp.map { String($0.startTime) }, node.host, node.url, node.version,
            node.startedAt,
            node.seenAt, node.isDraining ? 1 : 0, node.kinds.jsonText, node.queues.jsonText
        ).run()
    }

    /// False when it is not there.
    func remove(_ identity: NodeIdentity) throws -> Bool {
        try SQLStatement(database, "DELETE FROM mainspring_node WHERE name = ? AND incarnation = ?")
            .bind(identity.name, identity.incarnation).run() > 0
    }

    static let columns = """
        name, incarnation, until, process_boot, process_namespace, process_id, process_start, host, url, version, started_at, \
        seen_at, draining, kinds, queues
        """

    private static let select = """
        SELECT \(columns), wish, EXISTS (SELECT 1 FROM mainspring_term AS term
            WHERE term.name = mainspring_node.name AND term.incarnation = mainspring_node.incarnation)
        FROM mainspring_node ORDER BY name
        """

    /// A wish is told once: the beat that gets it takes it away.
    private static let upsert = """
        INSERT INTO mainspring_node (\(columns))
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
        ON CONFLICT DO UPDATE SET incarnation = excluded.incarnation, until = excluded.until,
            process_boot = excluded.process_boot, process_namespace = excluded.process_namespace,
            process_id = excluded.process_id, process_start = excluded.process_start, host = excluded.host, url = excluded.url,
            version = excluded.version, started_at = excluded.started_at, seen_at = excluded.seen_at,
            draining = excluded.draining, kinds = excluded.kinds, queues = excluded.queues, wish = NULL
        """
}

extension SQLRow {
    fileprivate func node() throws -> NodeTable.Row {
        let record = NodeRecord(
            identity: NodeIdentity(name: text(0), incarnation: text(1)), process: stamp(at: 3), host: text(7),
            url: textOrNil(8), version: text(9), startedAt: time(10), seenAt: time(11), isDraining: int(12) != 0,
            kinds: try [String: Int](jsonText: text(13)), queues: try [String: Int](jsonText: text(14)),
            isLeader: int(16) != 0)
        return NodeTable.Row(record: record, until: int(2), wish: textOrNil(15).flatMap(NodeWish.init(rawValue:)))
    }

    /// From four columns: boot, namespace, id, start.
    private func stamp(at column: Int32) -> ProcessStamp? {
        guard let boot = textOrNil(column), let namespace = UInt64(text(column + 1)),
            let start = UInt64(text(column + 3))
        else { return nil }
        return ProcessStamp(
            bootID: boot, pidNamespace: namespace, pid: Int32(truncatingIfNeeded: int(column + 2)), startTime: start)
    }
}
