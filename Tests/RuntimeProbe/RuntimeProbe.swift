import Glibc
import Mainspring
import MainspringRuntime

/// Programs for the end-to-end tests and `make soak` to drive:
///
/// `many N`: N services that end when they are told. `blocked`: takes every thread of the concurrency pool for good once
/// a file named `block` appears. `soak SECONDS [SEED]`: a tree of children that fail at random.
@main
struct RuntimeProbe {
    static func main() async throws {
        var words = CommandLine.arguments.dropFirst()
        switch (words.popFirst(), words.popFirst()) {
        case ("many", let count?):
            guard let count = Int(count) else { exit(64) }
            try await Mainspring.run { app in
                for number in 0..<count { app.service("child-\(number)") { await $0.untilStopping() } }
            }
        case ("blocked", nil):
            try await Mainspring.run("mainspring.yaml") { $0.service("blocker", body: PoolBlocker.run) }
        case ("soak", let seconds?):
            guard let seconds = Int(seconds) else { exit(64) }
            let seed = words.popFirst().flatMap(UInt64.init) ?? .random(in: .min ... .max)
            exit(try await Soak(seconds: seconds, seed: seed).run())
        default: exit(64)
        }
    }
}
