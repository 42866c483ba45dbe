import MainspringCore
import MainspringStore

@testable import MainspringRedis

extension RedisJobStore {
    /// What is in the namespace without a job that it belongs to, and what a job should have and has not.
    func leaks() async throws -> [String] {
        var leaks: [String] = []
        var jobs: [String: JobRecord] = [:]
        let ids = try await strings("HGETALL", "ids")
        for index in stride(from: 0, to: ids.count, by: 2) {
            guard let id = JobID(rawValue: ids[index]), let job = try await job(id) else {
                leaks.append("ids \(ids[index])")
                continue
            }
            jobs[ids[index + 1]] = job
        }
        if Set(try await strings("ZRANGE", "all", "0", "-1")) != Set(jobs.keys) { leaks.append("all") }
        // Where each job must stand, and nowhere else.
        var places: [String: String] = [:]
        for key in try await keys() {
            let name = String(key.dropFirst(namespace.utf8.count + 3))
            let parts = name.split(separator: ":", maxSplits: 1).map(String.init)
            switch parts[0] {
            case "j", "b", "h", "l":
                if jobs[parts[1]] == nil { leaks.append(name) }
                if parts[0] == "l", jobs[parts[1]]?.state != .running { leaks.append(name) }
            case "parked" where name == "parked": break
            case "q", "due", "own", "done", "held", "parked":
                for member in try await strings("ZRANGE", name, "0", "-1") where !member.hasPrefix("~") {
                    let seq = String(member.prefix(13))
                    if let other = places.updateValue(name, forKey: seq) {
                        leaks.append("\(seq) in \(other) and \(name)")
                    }
                    if jobs[seq]?.belongs(to: parts[0], parts.last ?? "") != true { leaks.append("\(seq) in \(name)") }
                }
            case "s":
                for seq in try await strings("ZRANGE", name, "0", "-1")
                where jobs[seq]?.state.isFinal != false || jobs[seq]?.schedule != parts[1] {
                    leaks.append("\(seq) in \(name)")
                }
            case "u":
                let holders = try await strings("HGETALL", "u")
                for index in stride(from: 0, to: holders.count, by: 2) {
                    guard let job = jobs[holders[index + 1]], let hold = job.unique, hold.key == holders[index],
                        hold.states.contains(job.state)
                    else {
                        leaks.append("the key \(holders[index])")
                        continue
                    }
                }
            default: break
            }
        }
        for (seq, job) in jobs
        where places[seq] == nil && job.state != .pending
            && !(job.state.isFinal && job.finishedAt == nil)
        { leaks.append("\(job.id) is nowhere") }
        return leaks
    }

    private func strings(_ name: String, _ what: String, _ arguments: String...) async throws -> [String] {
        var command = RedisCommand(name, key(what))
        for argument in arguments { command.append(argument) }
        return (try await client.call(command).array ?? []).compactMap(\.text)
    }
}

extension JobRecord {
    fileprivate func belongs(to line: String, _ rest: String) -> Bool {
        switch state {
        case .available: parked == nil ? line == "q" && rest == queue : line == "parked"
        case .scheduled, .retryable: line == "due"
        case .running: line == "own" && node.map { rest.contains(":\($0)#") } == true
        case .completed: line == "held" && unique?.until != nil || line == "done" && rest == "5"
        case .cancelled: line == "held" && unique?.until != nil || line == "done" && rest == "6"
        case .discarded: line == "held" && unique?.until != nil || line == "done" && rest == "7"
        case .pending: false
        }
    }
}
