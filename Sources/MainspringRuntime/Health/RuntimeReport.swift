/// The runtime of this process from the inside: what a person wants to know when it behaves oddly.
public struct RuntimeReport: Sendable {
    /// Where the one runtime of the process was started; nil in a test's.
    public var startedAt: SourceSite?
    public var census: ThreadCensus
    public var timers: TimerStatistics
    /// Operations that were given up and still run, oldest first.
    public var zombies: [ZombieRegister.Zombie]
    /// Cancellation handlers that block; each holds a thread.
    public var stuckCancellations: Int
    /// Provided resources that are open.
    public var openResources: [String]

    /// Reads the threads and the timers of the process.
    public static func take(zombies: ZombieRegister, resources: Resources) -> RuntimeReport {
        RuntimeReport(
            startedAt: RuntimeClaim.current, census: .take(), timers: SystemTime.timerStatistics,
            zombies: zombies.list(), stuckCancellations: AbandonableLane.cancelling.stuck,
            openResources: resources.open)
    }
}
