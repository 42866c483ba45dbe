internal import CMainspringSpawn
import Glibc
public import MainspringCore

/// Starts children in sessions of their own and answers for their whole process groups until these are gone.
///
/// Exits, output and signals are handled on one raw thread, which goes on while every thread of the Swift concurrency
/// pool is blocked. A child that moves to a session of its own (`setsid`) leaves its group and is not followed.
public final class GroupSpawner: ProcessSpawner {
    private let ledger: ProcessLedger
    private let time: any TimeSource
    private let leftoverGrace: Duration
    private let loop: DescriptorLoop

    /// `leftoverGrace` is what members of a group get to end after their leader, before KILL; the default is 5 s.
    ///
    /// From here on this process ignores SIGPIPE, so that a child which closes its input cannot end it. Throws
    /// `MainspringError` (`spawn_failed`) when the limit on open files is reached.
    public init(ledger: ProcessLedger, time: any TimeSource, leftoverGrace: Duration = .seconds(5)) throws {
        do throws(ErrorNumber) {
            loop = try DescriptorLoop()
        } catch {
            throw MainspringError(
                .spawnFailed, "cannot watch child processes", cause: SystemError.words(error.value),
                hint: "Raise the limit on open files (ulimit -n)."
            )
        }
        self.ledger = ledger
        self.time = time
        self.leftoverGrace = leftoverGrace
        signal(SIGPIPE, SIG_IGN)
    }

    public func spawn(
        _ command: CommandSpec, onOutput: @escaping @Sendable (OutputStream, [UInt8]) -> Void
    ) throws -> any ChildProcess {
        let lookup = ExecutableLookup(command: command)
        try lookup.refuseUnpassable()
        let path = try lookup.resolve()
        var streams: ChildStreams
        do throws(ErrorNumber) {
            streams = try ChildStreams(input: command.standardInput)
        } catch {
            throw lookup.failure(
                "no pipe could be made for \(path)", cause: SystemError.words(error.value),
                hint: "Raise the limit on open files (ulimit -n), or run fewer workers."
            )
        }
        let child = ledger.recording { Self.start(command, path, streams, ledger: $0) }
        guard child.failed_step == 0 else {
            discard(child)
            throw lookup.explain(child, path)
        }
        let process = GroupProcess(
            pid: child.pid, leftoverGrace: leftoverGrace, loop: loop, ledger: ledger, time: time)
        process.watch(
            pidfd: child.pidfd, output: streams.output.takeReading(), error: streams.error.takeReading(),
            input: streams.input.takeRest(), onOutput: onOutput)
        return process
    }

    /// A child that did not get as far as its program.
    private func discard(_ child: mspr_child) {
        guard child.pid > 0 else { return }
        ledger.remove(child.pid)
        mspr_reap(child.pid)
        close(child.pidfd)
    }

    private static func start(
        _ command: CommandSpec, _ path: String, _ streams: borrowing ChildStreams, ledger: Int32
    ) -> mspr_child {
        let (input, output, error) = (streams.input.childEnd, streams.output.writing, streams.error.writing)
        let environment = command.environment.map { "\($0.key)=\($0.value)" }
        return withCStrings(command.argv) { argv in
            withCStrings(environment) { envp in
                path.withCString { path in
                    command.workingDirectory.withCString { directory in
                        var request = mspr_command(
                            path: path, argv: argv, envp: envp, directory: directory, input: input, output: output,
                            error: error, ledger: ledger)
                        var child = mspr_child()
                        mspr_spawn(&request, &child)
                        return child
                    }
                }
            }
        }
    }

    private static func withCStrings<Result>(
        _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
    ) -> Result {
        let copies = strings.map { strdup($0) } + [nil]
        defer { for copy in copies { free(copy) } }
        return copies.withUnsafeBufferPointer { buffer in
            // Never nil: there is at least the terminator.
            buffer.baseAddress.map(body)!
        }
    }
}
