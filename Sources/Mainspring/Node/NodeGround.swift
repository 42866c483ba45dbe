import Glibc
import MainspringCore
import MainspringRuntime

/// What a node stands on before anything of it runs: its folder, its lock, no process of an earlier life, and the warden.
struct NodeGround: Sendable {
    let folder: StateFolder
    let runFile: RunFile
    let spawner: NodeSpawner
    /// Processes of an earlier life that were still there.
    let sweptProcesses: Int
    private let lock: NodeLock
    private let warden: Warden
    private let reaper: OrphanReaper?

    /// The order matters: nothing is looked at before the lock is held, and the warden is forked while the process is small.
    init(_ configuration: Configuration, time: any TimeSource) throws {
        folder = try StateFolder(path: configuration.state)
        lock = try NodeLock(path: folder.file("lock"))
        runFile = RunFile(path: folder.file("run.json"))
        runFile.remove()
        let ledgerPath = folder.file("children")
        let sweep = try ProcessLedger.sweep(ledgerPath)
        guard sweep.survivors == 0 else {
            throw MainspringError(
                .locked, "\(sweep.survivors) processes of an earlier run do not end, even by KILL",
                hint: "They may hang in the kernel: see 'ps -eo pid,stat,wchan,args', then try again.")
        }
        sweptProcesses = sweep.killedCount
        let ledger = try ProcessLedger(path: ledgerPath)
        // The first process of a container inherits the orphans of all others.
        reaper = getpid() == 1 ? OrphanReaper(ledger: ledger, time: time) : nil
        warden = try Warden.start(ledgerPath: ledgerPath)
        spawner = try NodeSpawner(GroupSpawner(ledger: ledger, time: time))
    }

    /// The clean end: nothing is left that the warden would have to end.
    func release() {
        runFile.remove()
        warden.release()
    }
}
