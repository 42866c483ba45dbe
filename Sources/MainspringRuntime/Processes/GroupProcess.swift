internal import CMainspringSpawn
import MainspringCore
import Synchronization

/// One child and its process group: performs what ``GroupMachine`` decides.
///
/// Everything that touches the group's id runs on the spawner's thread, so that no signal is on its way while the
/// leader is reaped.
final class GroupProcess: ChildProcess {
    private enum Timer: Hashable { case kill, poll, output }

    private struct State {
        var machine: GroupMachine
        var timers: [Timer: any ScheduledAction] = [:]
        var watchings: [DescriptorLoop.Token] = []
        var openOutputs = 2
        var status: ExitStatus?
        var waiters: [CheckedContinuation<ExitStatus, Never>] = []
    }

    let pid: Int32
    private let loop: DescriptorLoop
    private let ledger: ProcessLedger
    private let time: any TimeSource
    private let state: Mutex<State>

    init(
        pid: Int32, leftoverGrace: Duration, loop: DescriptorLoop, ledger: ProcessLedger, time: any TimeSource
    ) {
        self.pid = pid
        self.loop = loop
        self.ledger = ledger
        self.time = time
        state = Mutex(State(machine: GroupMachine(leftoverGrace: leftoverGrace)))
    }

    var wasKilled: Bool { state.withLock { $0.machine.wasKilled } }

    func signal(_ number: Int32) { post(.signal(number)) }

    func terminate(signal: Int32, grace: Duration) { post(.terminate(signal: signal, grace: grace)) }

    func waitUntilGone() async -> ExitStatus {
        await withCheckedContinuation { continuation in
            let status = state.withLock { state in
                if state.status == nil { state.waiters.append(continuation) }
                return state.status
            }
            if let status { continuation.resume(returning: status) }
        }
    }

    // MARK: - What is watched

    /// Takes over the descriptors: the child's exit, its outputs, and what is left of its input.
    func watch(
        pidfd: Int32, output: Int32, error: Int32, input: InputRest?,
        onOutput: @escaping @Sendable (OutputStream, [UInt8]) -> Void
    ) {
        loop.post {
            self.keep(self.loop.watch(pidfd, for: .reading) { self.checkExit() })
            for (stream, descriptor) in [(OutputStream.standardOutput, output), (.standardError, error)] {
                let onReady = { @Sendable in
                    guard let bytes = ChildPipe.read(from: descriptor) else { return true }
                    if !bytes.isEmpty { onOutput(stream, bytes) }
                    return false
                }
                self.keep(self.loop.watch(descriptor, for: .reading, onReady: onReady) { self.outputClosed() })
            }
            if let input { self.keep(self.loop.watch(input.descriptor, for: .writing) { input.write() }) }
        }
    }

    private func keep(_ token: DescriptorLoop.Token) {
        state.withLock { $0.watchings.append(token) }
    }

    /// True once the leader has exited.
    private func checkExit() -> Bool {
        var code: Int32 = 0
        var signalled: Int32 = 0
        switch mspr_peek_exit(pid, &code, &signalled) {
        case 0: return false
        case 1: handle(.leaderExited(signalled == 1 ? .signal(code) : .code(code)))
        default: handle(.leaderLost)
        }
        return true
    }

    private func outputClosed() {
        let isLast = state.withLock { state in
            state.openOutputs -= 1
            return state.openOutputs == 0
        }
        if isLast { handle(.outputEnded) }
    }

    // MARK: - The shell of the machine

    private func post(_ event: GroupMachine.Event) {
        loop.post { self.handle(event) }
    }

    private func handle(_ event: GroupMachine.Event) {
        let now = time.monotonic()
        for action in state.withLock({ $0.machine.on(event, now: now) }) { perform(action) }
    }

    private func perform(_ action: GroupMachine.Action) {
        switch action {
        case .send(let number): mspr_session_signal(pid, number)
        case .checkGroup: handle(.groupChecked(isEmpty: mspr_session_alive(pid) == 0))
        case .armKill(let delay): arm(.kill, delay, .killDue)
        case .armPoll(let delay): arm(.poll, delay, .pollDue)
        case .armOutputLimit(let delay): arm(.output, delay, .outputOverdue)
        case .release:
            disarm([.kill, .poll])
            ledger.remove(pid)
            mspr_reap(pid)
        case .stopReading: endWatchings()
        case .finish(let status): finish(status)
        }
    }

    private func arm(_ timer: Timer, _ delay: Duration, _ event: GroupMachine.Event) {
        let scheduled = time.schedule(after: delay) { self.post(event) }
        state.withLock { $0.timers.updateValue(scheduled, forKey: timer) }?.cancel()
    }

    private func disarm(_ timers: [Timer]) {
        for timer in timers { state.withLock { $0.timers.removeValue(forKey: timer) }?.cancel() }
    }

    private func endWatchings() {
        let tokens = state.withLock { state in
            defer { state.watchings = [] }
            return state.watchings
        }
        for token in tokens { loop.cancel(token) }
    }

    private func finish(_ status: ExitStatus) {
        disarm([.output])
        endWatchings()
        let waiters = state.withLock { state in
            state.status = status
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume(returning: status) }
    }
}
