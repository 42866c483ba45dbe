import Glibc
import MainspringCore
import MainspringJobs
import MainspringRuntime

/// A node that others kill: `ChaosProbe URL FOLDER NAME RATE WORKERS RUN_MS`.
///
/// It enqueues `RATE` jobs a second and runs whatever it gets for `RUN_MS`, over Redis with a spool behind it, and tells all of
/// it to a ledger (``ChaosLedger``) that outlives it. SIGUSR1 ends the enqueuing, SIGTERM all of it, in order.
@main
enum ChaosProbe {
    static func main() async throws {
        let (signals, heard) = AsyncStream<Int32>.makeStream()
        let listener = SignalListener([SIGTERM, SIGUSR1]) { heard.yield($0) }
        defer { listener.cancel() }
        // For a test that never comes to end it.
        alarm(3600)

        let words = Array(CommandLine.arguments.dropFirst())
        guard words.count == 6, let rate = Int(words[3]), let workers = Int(words[4]), let run = Int(words[5]) else {
            exit(64)
        }
        let ledger = ChaosLedger(path: "\(words[1])/ledger")
        do {
            let node = try await ChaosNode.start(
                url: words[0], folder: words[1], name: words[2], workers: workers, runs: .milliseconds(run),
                ledger: ledger)
            let load = ChaosLoad(node: words[2], jobs: node.system.client, rate: rate, ledger: ledger)
            let loading = Task { await load.run() }
            ledger.write("B")
            for await signal in signals {
                loading.cancel()
                if signal == SIGTERM { break }
            }
            await loading.value
            try await node.stop()
            ledger.write("Q")
            exit(0)
        } catch {
            ledger.write("E \(error)")
            exit(1)
        }
    }
}
