internal import CMainspringSpawn
import Glibc
public import MainspringCore

extension ProcessStamp {
    private static let unknownBoot = "unknown"
    private static let localBoot = "local-"

    /// Of the process that asks.
    public static func current() -> ProcessStamp {
        let pid = getpid()
        return ProcessStamp(
            bootID: currentBoot(), pidNamespace: mspr_pid_namespace(), pid: pid, startTime: mspr_start_time(pid))
    }

    /// Whether that very process runs: true, also while it is stopped by a signal; false when it is certainly gone, ended
    /// but not yet reaped included; nil when nobody here can tell.
    ///
    /// It is gone when there is no such process, when its number is another's now, and when the stamp is of another boot:
    /// ask only about stamps of this host, as those in a file on a local disk are. Nil is for a process of another process
    /// id space (container), for one that this user may not look at, and for boot ids of a container's own.
    public func isAlive() -> Bool? { isAlive(seenFrom: .current()) }

    func isAlive(seenFrom here: ProcessStamp) -> Bool? {
        guard bootID == here.bootID else {
            return isOfKnownBoot && here.isOfKnownBoot ? false : nil
        }
        guard bootID != Self.unknownBoot, pidNamespace == here.pidNamespace, pidNamespace != 0, startTime != 0, pid > 0
        else { return nil }
        return switch mspr_runs(pid, startTime) {
        case 1: true
        case 0: false
        default: nil
        }
    }

    private var isOfKnownBoot: Bool { bootID != Self.unknownBoot && !bootID.hasPrefix(Self.localBoot) }

    private static func currentBoot() -> String {
        var bytes = [CChar](repeating: 0, count: Int(MSPR_BOOT_ID))
        guard mspr_boot_id(&bytes) == 0 else { return unknownBoot }
        return String(decoding: bytes.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
