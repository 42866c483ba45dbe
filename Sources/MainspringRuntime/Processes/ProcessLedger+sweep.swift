internal import CMainspringSpawn
import MainspringCore

/// What was left over from a run that died.
public struct SweepReport: Sendable, Equatable {
    /// The leaders of the groups that got KILL; at most 1,024 are named.
    public var killed: [Int32]
    public var killedCount: Int
    /// Groups that were still there when the time was over; a process in uninterruptible sleep ignores KILL.
    public var survivors: Int
}

extension ProcessLedger {
    /// Ends every process group that a dead run left alive, and returns once all are gone, or after `limit` (5 s by
    /// default).
    ///
    /// It blocks its thread, on purpose: it belongs to the start of a node, when the node's lock is held and nothing
    /// runs yet. A group is ended only if the boot id, the process id space and its leader's start time are as
    /// recorded; when its leader is gone but its session still has members, these. A ledger that is missing, of another
    /// boot or of another container means that there is nothing to do. Throws `MainspringError` (`spawn_failed`) when
    /// it cannot be read.
    public static func sweep(_ path: String, limit: Duration = .seconds(5)) throws -> SweepReport {
        var report = mspr_sweep_report()
        let milliseconds = Int32(clamping: limit.wholeMicroseconds / 1000)
        var groups = [mspr_group](repeating: mspr_group(), count: 1024)
        let error = groups.withUnsafeMutableBufferPointer { buffer in
            report.killed = buffer.baseAddress
            report.capacity = Int32(buffer.count)
            defer { report.killed = nil }
            return mspr_sweep(path, nil, 0, milliseconds, &report)
        }
        guard error == 0 else { throw failure("read", path, error) }
        return SweepReport(
            killed: groups.prefix(Int(report.killed_count)).map(\.pid), killedCount: Int(report.killed_count),
            survivors: Int(report.alive_count)
        )
    }
}
