/// What tells a process from every other, also from a later one with its number.
public struct ProcessStamp: Sendable, Hashable {
    public var bootID: String
    public var pidNamespace: UInt64
    public var pid: Int32
    public var startTime: UInt64

    public init(bootID: String, pidNamespace: UInt64, pid: Int32, startTime: UInt64) {
        self.bootID = bootID
        self.pidNamespace = pidNamespace
        self.pid = pid
        self.startTime = startTime
    }
}
