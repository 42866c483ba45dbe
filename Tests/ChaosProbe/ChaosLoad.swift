import MainspringCore
import MainspringJobs
import MainspringRuntime

/// Enqueues at a steady rate, whatever becomes of the calls: each is a task of its own.
struct ChaosLoad: Sendable {
    let node: String
    let jobs: JobClient
    let rate: Int
    let ledger: ChaosLedger

    /// Until it is cancelled.
    @concurrent func run() async {
        guard rate > 0 else { return }
        let clock = ContinuousClock()
        let start = clock.now
        // A node that starts again makes other jobs.
        let life = RandomIDSource().nonce().prefix(6)
        await withTaskGroup(of: Void.self) { group in
            for number in 0... {
                // A probe has no other time than the machine's.
                try? await clock.sleep(until: start + .nanoseconds(number * 1_000_000_000 / rate))
                guard !Task.isCancelled else { break }
                // Not the group's cancellation: calls that are under way end as they would.
                group.addTask { await Task { await call(number, id: "\(node)-\(life)-\(number)") }.value }
            }
        }
    }

    private func call(_ number: Int, id: String) async {
        guard let jobID = JobID(rawValue: id) else { return }
        let key = number.isMultiple(of: 5) ? "k\(number / 5 % 8)" : nil
        let request = JobRequest(
            kind: "chaos", arguments: ["key": .string(key ?? id)], id: jobID,
            unique: key.map { _ in UniquePolicy(by: ["key"]) })
        ledger.write("C \(id) \(key ?? "-")")
        let clock = ContinuousClock()
        let start = clock.now
        do {
            let job = try await jobs.enqueue(request)
            ledger.write("A \(id) \(micros(clock.now - start)) \(job.id == jobID ? "new" : job.id.rawValue)")
        } catch {
            let code = (error as? MainspringError)?.code.rawValue ?? "other"
            ledger.write("F \(id) \(micros(clock.now - start)) \(code)")
        }
    }

    private func micros(_ duration: Duration) -> Int { Int(duration / .microseconds(1)) }
}
