/// Which process something belongs to, told apart from every earlier and later one of the same number on one host.
public struct ProcessStamp: Sendable, Hashable, CustomStringConvertible {
    /// The kernel's id of this boot, without spaces. `unknown` where none can be read; with `local-` in front where a
    /// container has a file of its own in the kernel's place, so that it says nothing about other containers.
    public let bootID: String
    /// The number of the process id space, which a container usually has of its own; 0 when it cannot be known.
    public let pidNamespace: UInt64
    /// In that space.
    public let pid: Int32
    /// In clock ticks since the boot; 0 when it cannot be known.
    public let startTime: UInt64

    public init(bootID: String, pidNamespace: UInt64, pid: Int32, startTime: UInt64) {
        self.bootID = bootID
        self.pidNamespace = pidNamespace
        self.pid = pid
        self.startTime = startTime
    }

    /// The four fields with a space between them: at most 100 bytes for a stamp of a real process.
    public var description: String { "\(bootID) \(pidNamespace) \(pid) \(startTime)" }

    /// Reads what ``description`` writes; nil for anything else.
    public init?(text: String) {
        let fields = text.split(separator: " ", omittingEmptySubsequences: false)
        guard fields.count == 4, !fields[0].isEmpty, let pidNamespace = UInt64(fields[1]), let pid = Int32(fields[2]),
            let startTime = UInt64(fields[3])
        else { return nil }
        self.init(bootID: String(fields[0]), pidNamespace: pidNamespace, pid: pid, startTime: startTime)
        // One text for one stamp: no signs and no zeros in front.
        guard description == text else { return nil }
    }
}
