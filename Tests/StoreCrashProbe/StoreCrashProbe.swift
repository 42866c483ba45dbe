import Glibc
import MainspringCore
import MainspringSQLite
import MainspringStore
import Synchronization

/// Works on a store file and dies by SIGKILL in the middle of a step. (Only a power cut would tell full durability from
/// normal.)
///
/// `StoreCrashProbe FILE VERB POINT COUNT`: at the COUNTth time that VERB reaches POINT. Each acknowledged step is one
/// line on standard output before the next begins: `inserted ID`, `settled ID`, `reported ID`, `term NUMBER`. Ends with
/// status 3 when the point was never reached, with 4 when the node did not get the term.
///
/// `StoreCrashProbe FILE echo`: see ``BellProbe``. `StoreCrashProbe FILE hammer NAME COUNT`: see ``HammerProbe``.
/// `StoreCrashProbe FILE spool COUNT`: see ``SpoolProbe``.
@main
struct StoreCrashProbe {
    static func main() async throws {
        let words = CommandLine.arguments
        if words.count == 3, words[2] == "echo" { try BellProbe.run(file: words[1]) }
        if words.count == 4, words[2] == "spool" {
            try await SpoolProbe.run(file: words[1], count: Int(words[3]) ?? 0)
        }
        if words.count == 5, words[2] == "hammer" {
            await HammerProbe.run(file: words[1], name: words[3], count: Int(words[4]) ?? 0)
        }
        guard words.count == 5, let verb = StoreVerb(rawValue: words[2]), let point = CrashPoint(rawValue: words[3]),
            let count = Int(words[4])
        else { exit(64) }
        let countdown = CrashCountdown(verb: verb, point: point, count: count)
        let store = try SQLiteJobStore(path: words[1], durability: .normal, hook: { countdown.reach($0, $1) })
        var work = ProbeWork(store: store)
        for round in 0..<20 { try await work.round(round) }
        exit(3)
    }
}

/// Counts down to the moment of death.
final class CrashCountdown: Sendable {
    private let verb: StoreVerb
    private let point: CrashPoint
    private let left: Mutex<Int>

    init(verb: StoreVerb, point: CrashPoint, count: Int) {
        self.verb = verb
        self.point = point
        left = Mutex(count)
    }

    func reach(_ verb: StoreVerb, _ point: CrashPoint) {
        guard verb == self.verb, point == self.point else { return }
        let isNow = left.withLock { left in
            left -= 1
            return left == 0
        }
        if isNow { kill(getpid(), SIGKILL) }
    }
}
