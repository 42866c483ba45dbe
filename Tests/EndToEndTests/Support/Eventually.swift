import Glibc
import MainspringCore
import MainspringRuntime
import MainspringTesting

/// Looks again every 20 ms until `condition` answers; throws after `seconds`. For facts about other processes, which send
/// no event.
func eventually<Value>(
    within seconds: Int = 60, _ what: String, _ condition: () async throws -> Value?
) async throws -> Value {
    let time = SystemTime()
    let deadline = time.monotonic() + .seconds(seconds)
    while true {
        if let value = try await condition() { return value }
        guard time.monotonic() < deadline else { throw TimedOut(description: "not within \(seconds) s: \(what)") }
        try await time.sleep(for: .milliseconds(20))
    }
}

/// How long `body` took. No other test blocks the pool meanwhile: from there `body` looks at other processes.
func timed(_ body: () async throws -> Void) async throws -> Duration {
    try await WholePool.exclusively {
        let time = SystemTime()
        let start = time.monotonic()
        try await body()
        return time.monotonic() - start
    }
}

/// Whether the process exists and is no zombie.
func isAlive(_ pid: Int32) -> Bool {
    guard let file = fopen("/proc/\(pid)/stat", "r") else { return false }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 512)
    guard fgets(&line, 512, file) != nil else { return false }
    let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return text.split(separator: ")").last?.split(separator: " ").first != "Z"
}
