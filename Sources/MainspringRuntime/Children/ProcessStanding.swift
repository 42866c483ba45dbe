import Glibc

/// Where a process stands, as the kernel says.
enum ProcessStanding {
    /// `pid 4711, in uninterruptible sleep (nfs_wait)`; nil when there is no such process.
    static func of(_ pid: Int32) -> String? {
        guard let status = read("/proc/\(pid)/stat"), let end = status.lastIndex(of: ")") else { return nil }
        let state = status[status.index(after: end)...].drop { $0 == " " }.first
        let place = read("/proc/\(pid)/wchan").flatMap { $0.isEmpty || $0 == "0" ? nil : " (\($0))" } ?? ""
        return "pid \(pid), \(word(state))\(place)"
    }

    private static func word(_ state: Character?) -> String {
        switch state {
        case "R": "running"
        case "S": "asleep"
        case "D": "in uninterruptible sleep"
        case "T", "t": "stopped"
        case "Z": "ended and not reaped"
        default: "in an unknown state"
        }
    }

    private static func read(_ path: String) -> String? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 1024)
        let count = Glibc.read(file, &bytes, bytes.count)
        return count < 0 ? nil : String(decoding: bytes[..<count], as: UTF8.self)
    }
}
