import MainspringCore
import MainspringJobs
import MainspringRuntime
import MainspringStore
import Synchronization

/// Shuts the gate before a node's store for a while, and looks whether all came true that is promised of an outage.
final class FailoverDrill: FailoverDrilling {
    private let store: FailoverStore
    private let gate: StoreGate
    private let kind: DrillKind
    private let client: JobClient
    private let time: any TimeSource
    private let ids: any IDSource
    private let isUnderWay = Mutex(false)

    /// Jobs come this often.
    private static let pace: Duration = .milliseconds(20)
    /// How long the return, and then the end of all jobs, may take before the drill has failed.
    private static let patience: Duration = .seconds(30)
    private static let look: Duration = .milliseconds(20)

    init(
        store: FailoverStore, gate: StoreGate, kind: DrillKind, client: JobClient, time: any TimeSource,
        ids: any IDSource
    ) {
        self.store = store
        self.gate = gate
        self.kind = kind
        self.client = client
        self.time = time
        self.ids = ids
    }

    @concurrent func drill(for duration: Duration) async throws -> FailoverDrillReport {
        try begin()
        defer { isUnderWay.withLock { $0 = false } }
        let status = store.status
        guard status.state == .primary else {
            throw MainspringError(
                .conflict, "the store is away by itself: this node is \(status.state.rawValue)",
                hint: "Try again when 'mainspring node ls' says primary.")
        }
        let name = ids.nonce()
        kind.begin(name)
        defer { kind.end(name) }
        gate.shut()
        defer { gate.open() }
        let outage = await outage(name, for: duration)
        gate.open()
        return await judge(outage, name)
    }

    private func begin() throws {
        let isFirst = isUnderWay.withLock { isUnderWay in
            defer { isUnderWay = true }
            return !isUnderWay
        }
        guard isFirst else {
            throw MainspringError(.conflict, "another drill is under way on this node", hint: "Wait for its end.")
        }
    }

    // MARK: The outage

    private struct Outage {
        var ids: [JobID] = []
        var failures: [String] = []
        var times: [Duration] = []
        var spooledAfter: Duration?
        var spooled = 0
        var ranMeanwhile = 0
    }

    private func outage(_ name: String, for duration: Duration) async -> Outage {
        var outage = Outage()
        let start = time.monotonic()
        var next = start
        repeat {
            let began = time.monotonic()
            do {
                let results = try await client.enqueue([
                    JobRequest(
                        kind: DrillKind.name,
                        arguments: ["drill": .string(name), "number": .integer(Int64(outage.ids.count))])
                ])
                for case .inserted(let job) in results { outage.ids.append(job.id) }
            } catch {
                outage.failures.append("\(error)")
            }
            outage.times.append(time.monotonic() - began)
            if outage.spooledAfter == nil, store.status.state == .spooling {
                outage.spooledAfter = time.monotonic() - start
            }
            next = next + Self.pace
            guard (try? await time.sleep(for: max(.zero, next - time.monotonic()))) != nil else { break }
        } while time.monotonic() - start < duration
        outage.spooled = store.status.spool.jobs
        outage.ranMeanwhile = kind.count(of: name)
        return outage
    }

    // MARK: What became of it

    private func judge(_ outage: Outage, _ name: String) async -> FailoverDrillReport {
        let opened = time.monotonic()
        let returned = await until { self.store.status.state == .primary }
        let returnedAfter = time.monotonic() - opened
        let (completed, once) = await ends(of: outage.ids, within: returned ? Self.patience : .zero)
        let doneAfter = time.monotonic() - opened
        // What runs here while the store is away goes there when it has ended.
        let ranHere = kind.ranHere(of: name)
        let inOrder = await isInOrder(outage.ids.filter { !ranHere.contains($0) })
        let count = outage.ids.count
        let slowest = outage.times.max() ?? .zero
        let percentile = outage.times.sorted()[safely: outage.times.count * 99 / 100] ?? slowest
        return FailoverDrillReport(
            checks: [
                .init(
                    name: "every job was taken in while the store was away",
                    passed: outage.failures.isEmpty && count > 0,
                    detail: outage.failures.first
                        ?? "\(count) jobs; 99 of 100 within \(percentile.forPeople), the slowest \(slowest.forPeople)"),
                .init(
                    name: "the node went to its spool", passed: outage.spooledAfter != nil,
                    detail: outage.spooledAfter.map { "after \($0.forPeople)" } ?? "it never did"),
                .init(
                    name: "the spool kept them", passed: outage.spooled >= count,
                    detail: "\(outage.spooled) in the spool, \(count) of the drill"),
                whileAway(outage),
                .init(
                    name: "the node came back to its store", passed: returned,
                    detail: returned
                        ? "all was drained \(returnedAfter.forPeople) after the return"
                        : "it is \(store.status.state.rawValue) \(returnedAfter.forPeople) after the return"),
                .init(
                    name: "none was lost: all have run", passed: completed == count,
                    detail: "\(completed) of \(count) completed, \(doneAfter.forPeople) after the return"),
                .init(name: "none ran twice", passed: once == completed, detail: "\(once) of \(completed) ran once"),
                .init(
                    name: store.whileAway == .hold
                        ? "they reached the store in order" : "those that had not run reached the store in order",
                    passed: inOrder ?? false,
                    detail: inOrder.map { $0 ? "as they were added" : "in another order" } ?? "the store does not tell"),
            ], jobs: count)
    }

    private func whileAway(_ outage: Outage) -> FailoverDrillReport.Check {
        switch store.whileAway {
        case .hold:
            .init(
                name: "none ran while the store was away (while_away: hold)", passed: outage.ranMeanwhile == 0,
                detail: "\(outage.ranMeanwhile) ran")
        case .run:
            .init(
                name: "they ran while the store was away (while_away: run)", passed: outage.ranMeanwhile > 0,
                detail: "\(outage.ranMeanwhile) ran by then")
        }
    }

    private func until(_ isTrue: @Sendable () -> Bool) async -> Bool {
        let deadline = time.monotonic() + Self.patience
        while !isTrue() {
            guard time.monotonic() < deadline, (try? await time.sleep(for: Self.look)) != nil else { return false }
        }
        return true
    }

    /// How many completed, and how many of those in one attempt.
    private func ends(of ids: [JobID], within patience: Duration) async -> (completed: Int, once: Int) {
        let deadline = time.monotonic() + patience
        var (completed, once) = (0, 0)
        for id in ids {
            let job = try? await client.wait(for: id, timeout: max(.zero, deadline - time.monotonic()))
            guard job?.state == .completed else { continue }
            completed += 1
            if let attempts = try? await client.attempts(of: id), attempts.count == 1 { once += 1 }
        }
        return (completed, once)
    }

    /// Nil when the store does not answer.
    private func isInOrder(_ ids: [JobID]) async -> Bool? {
        let wanted = Set(ids)
        var found: [JobID] = []
        var query = JobQuery(kinds: [DrillKind.name], limit: StoreLimits.page)
        repeat {
            guard let page = try? await client.jobs(matching: query) else { return nil }
            found += page.jobs.map(\.id).filter(wanted.contains)
            query.cursor = page.next
        } while query.cursor != nil && found.count < ids.count
        return found.reversed() == ids
    }
}

extension Array {
    fileprivate subscript(safely index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
