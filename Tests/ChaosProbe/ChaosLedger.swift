import Glibc

/// What a node says of itself, a line and one write(2) each, so that nothing said is lost with the process. After the letter comes
/// the wall clock in microseconds, which all processes of a machine share.
///
/// - `B`: it has begun; `Q`: it ended in order; `E`: it could not go on, and why.
/// - `C id key`: an enqueue is called (`-` without a unique key). `A id µs answer`: it returned, `new` or the id of a duplicate's
///   holder. `F id µs code`: it threw.
/// - `R id attempt key`: an attempt begins to run; `X id attempt`: it ends.
/// - `T state reason`: the failover store changed.
struct ChaosLedger: Sendable {
    private let file: Int32

    init(path: String) { file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644) }

    func write(_ text: String) {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        let kind = text.prefix(1)
        let line = Array("\(kind) \(time.tv_sec * 1_000_000 + time.tv_nsec / 1000)\(text.dropFirst())\n".utf8)
        _ = line.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
    }
}
