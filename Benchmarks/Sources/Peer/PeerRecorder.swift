import Foundation
import Glibc
import Synchronization

/// What the harness reads: `stat.<pid>`, replaced every 20 ms, and `rec.<pid>`, a line per event and one write(2) per line.
final class PeerRecorder: Sendable {
    private struct Hits: Equatable {
        var count = 0
        var first = 0
        var last = 0
    }

    static let shared = PeerRecorder(folder: PeerEnvironment.folder)

    private let folder: String
    private let records: Int32
    private let hits = Mutex(Hits())

    private init(folder: String) {
        self.folder = folder
        records = open("\(folder)/rec.\(getpid())", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    }

    /// Nanoseconds of the wall clock, which all processes of a run share.
    static func now() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }

    func hit() {
        let now = Self.now()
        hits.withLock { hits in
            hits.count += 1
            if hits.first == 0 { hits.first = now }
            hits.last = max(hits.last, now)
        }
    }

    func mark(_ mark: String, _ number: Int) { line("\(mark) \(number) \(Self.now()) \(getpid())") }

    func line(_ text: String) {
        let bytes = Array((text + "\n").utf8)
        _ = bytes.withUnsafeBytes { write(records, $0.baseAddress, $0.count) }
    }

    /// On a thread of its own, as the contract has it.
    func publishing() {
        Thread.detachNewThread { [self] in
            var published = Hits()
            while true {
                usleep(20_000)
                let hits = hits.withLock { $0 }
                guard hits != published else { continue }
                published = hits
                let draft = "\(folder)/.stat.\(getpid())"
                try? Data("\(hits.count) \(hits.first) \(hits.last)\n".utf8).write(to: URL(fileURLWithPath: draft))
                rename(draft, "\(folder)/stat.\(getpid())")
            }
        }
    }
}
