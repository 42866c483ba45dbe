import MainspringCore
import NIOCore

extension [String: Int] {
    /// Name and number, by turns.
    var stored: FieldWriter {
        var fields = FieldWriter()
        for (name, number) in sorted(by: { $0.key < $1.key }) {
            fields.short(name)
            fields.short(Int64(number))
        }
        return fields
    }

    fileprivate init(stored: UnsafeRawBufferPointer) throws {
        self.init()
        var fields = FieldReader(stored)
        while !fields.isAtEnd { self[try fields.shortText()] = Int(try fields.shortNumber()) }
    }
}

extension NodeRecord {
    /// All but its identity and whether it leads.
    func stored() throws -> [UInt8] {
        var fields = FieldWriter(reserving: 192)
        fields.short(process?.description ?? "")
        fields.short(host)
        fields.short(url.map { "1\($0)" } ?? "")
        fields.short(version)
        fields.short(startedAt)
        fields.short(seenAt)
        fields.short(isDraining)
        fields.long(try kinds.stored.packed())
        fields.long(try queues.stored.packed())
        return try fields.packed()
    }

    init(identity: NodeIdentity, stored: UnsafeRawBufferPointer) throws {
        var fields = FieldReader(stored)
        let process = ProcessStamp(text: try fields.shortText())
        let host = try fields.shortText()
        let url = try fields.shortText()
        let version = try fields.shortText()
        guard let startedAt = try fields.shortTime(), let seenAt = try fields.shortTime() else {
            throw StoreDamage.error("a node has no start")
        }
        self.init(
            identity: identity, process: process, host: host, url: url.isEmpty ? nil : String(url.dropFirst()),
            version: version, startedAt: startedAt, seenAt: seenAt, isDraining: try fields.shortText() == "1",
            kinds: try [String: Int](stored: try fields.long()), queues: try [String: Int](stored: try fields.long()))
    }

    /// The leader's identity, then identity and record of each. By name.
    static func told(_ value: RedisValue) throws -> [NodeRecord] {
        guard let told = value.array, let leader = told.first?.buffer else {
            throw StoreDamage.error("no list of nodes")
        }
        var nodes: [NodeRecord] = []
        for index in stride(from: 1, to: told.count - 1, by: 2) {
            guard let identity = told[index].buffer, let record = told[index + 1].buffer else { continue }
            var node = try record.withUnsafeReadableBytes { record in
                try NodeRecord(
                    identity: try identity.withUnsafeReadableBytes { try NodeIdentity(stored: $0) }, stored: record)
            }
            node.isLeader = identity == leader
            nodes.append(node)
        }
        return nodes.sorted { $0.identity.name < $1.identity.name }
    }
}
