public import MainspringCore
public import MainspringStore

extension RedisJobStore {
    public func beat(_ beat: NodeBeat) async throws -> BeatAnswer {
        let node = beat.node
        let answer = try await scripts.run(.beat, reserving: 512) { command in
            command.append(handle)
            command.append(node.identity.name)
            command.append(node.identity.stored)
            command.append(beat.lease.wholeMicroseconds)
            command.append(beat.wantsTerm ? 1 : 0)
            command.append(try node.kinds.stored.packed())
            command.append(try node.stored())
            for gone in beat.gone { command.append(gone.stored) }
        }
        guard let parts = answer.array, parts.count == 4 else { throw StoreDamage.error("a beat without an answer") }
        return BeatAnswer(
            term: parts[0].int.map { Term(number: $0) }, nodes: try NodeRecord.told(parts[3]),
            wish: parts[2].text.flatMap(NodeWish.init(rawValue:)), isRefused: parts[1].int == 1)
    }

    public func leave(_ identity: NodeIdentity) async throws {
        _ = try await scripts.run(.leave) { command in
            command.append(handle)
            command.append(identity.name)
            command.append(identity.stored)
        }
    }

    public func ask(_ wish: NodeWish, of node: String) async throws -> Bool {
        let answer = try await scripts.run(.ask) { command in
            command.append(handle)
            command.append(node)
            command.append(wish.rawValue)
        }
        return answer.int == 1
    }

    public func nodes() async throws -> [NodeRecord] {
        try NodeRecord.told(try await scripts.run(.living) { _ in })
    }
}
