/// Mainspring as one more entry of the peers harness: `Peer worker`, or `Peer produce MODE N [ARG]`. `BENCH_DIR`, `REDIS_PORT` and
/// `CONC` come from its environment; `Benchmarks/peers/README.md` says how it is run.
@main
enum Peer {
    static func main() async throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        switch (arguments.first, arguments.count) {
        case ("worker", 1): try await PeerWorker.run()
        case ("produce", 3...):
            try await PeerProducer.run(
                arguments[1], count: Int(arguments[2]) ?? 0, argument: arguments.count > 3 ? Int(arguments[3]) ?? 0 : 0)
        default: print("usage: Peer worker | produce noop1|noopbulk|work|lat|rate N [ARG]")
        }
    }
}
