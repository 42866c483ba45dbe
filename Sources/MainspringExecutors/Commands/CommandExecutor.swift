public import MainspringCore
public import MainspringJobs
public import MainspringRuntime
import Synchronization

/// Runs jobs of a kind that is a command, by the contract of `docs/configuration.md`: own session, arguments on standard
/// input, exit codes as outcomes, and nothing of the group left when the attempt ends.
public struct CommandExecutor: JobExecutor {
    public struct Options: Sendable {
        public var template: CommandTemplate
        public var schema: ArgumentSchema
        /// The whole environment but for the attempt's own variables; the spawner may add the node's.
        public var environment: [String: String]
        public var workingDirectory: String
        public var result: ResultMode
        /// The most that is kept of each output; the tail wins.
        public var outputLimit: Int
        /// From TERM to KILL.
        public var killAfter: Duration

        public init(
            template: CommandTemplate, schema: ArgumentSchema, environment: [String: String], workingDirectory: String,
            result: ResultMode = .none, outputLimit: Int = 64 << 10, killAfter: Duration = .seconds(5)
        ) {
            self.template = template
            self.schema = schema
            self.environment = environment
            self.workingDirectory = workingDirectory
            self.result = result
            self.outputLimit = outputLimit
            self.killAfter = killAfter
        }
    }

    private let options: Options
    private let spawner: any ProcessSpawner
    private let onKilled: @Sendable (JobAttempt) -> Void

    /// `onKilled` is told of attempts whose command had to be killed because it did not end when asked to.
    public init(
        options: Options, spawner: any ProcessSpawner, onKilled: @escaping @Sendable (JobAttempt) -> Void = { _ in }
    ) {
        self.options = options
        self.spawner = spawner
        self.onKilled = onKilled
    }

    public func run(_ attempt: JobAttempt) async -> AttemptResult {
        let capture = OutputCapture(limit: options.outputLimit)
        attempt.onReadOutput { capture.output }
        let child: any ChildProcess
        do {
            child = try spawner.spawn(command(for: attempt)) { stream, bytes in capture.append(bytes, to: stream) }
        } catch let error as MainspringError {
            return AttemptResult(
                .failure(
                    JobFailure(code: error.code.rawValue, message: error.message, detail: error.cause ?? error.hint)))
        } catch {
            return AttemptResult(.failure(JobFailure(code: "spawn_failed", message: String(describing: error))))
        }
        let wasStopped = Mutex(false)
        attempt.onStop { [options] urgency in
            wasStopped.withLock { $0 = true }
            switch urgency {
            case .stop: child.terminate(signal: SignalName.number(of: "TERM") ?? 15, grace: options.killAfter)
            case .kill: child.terminate(signal: SignalName.number(of: "KILL") ?? 9, grace: .zero)
            }
        }
        let status = await child.waitUntilGone()
        if child.wasKilled { onKilled(attempt) }
        return AttemptResult(
            outcome(of: status, capture, wasStopped: wasStopped.withLock { $0 }), output: capture.output)
    }

    private func command(for attempt: JobAttempt) throws -> CommandSpec {
        let job = attempt.lease.job
        let arguments = try JSONParser.parse(job.arguments).object ?? [:]
        var environment = options.environment
        environment["MAINSPRING_JOB_ID"] = job.id.rawValue
        environment["MAINSPRING_ATTEMPT"] = String(attempt.lease.attemptNumber)
        environment["MAINSPRING_ATTEMPT_TOKEN"] = attempt.lease.token.rawValue
        return CommandSpec(
            argv: try options.template.argv(with: arguments, schema: options.schema), environment: environment,
            workingDirectory: options.workingDirectory, standardInput: Array(job.arguments.utf8) + [UInt8(ascii: "\n")])
    }

    private func outcome(of status: ExitStatus, _ capture: OutputCapture, wasStopped: Bool) -> JobOutcome {
        let output = capture.output
        let lastLines = String(decoding: output.standardError.suffix(1024), as: UTF8.self)
        func failure(_ code: String) -> JobFailure {
            JobFailure(
                code: code, message: "the command ended with \(status)", detail: lastLines.isEmpty ? nil : lastLines)
        }
        switch status {
        // A command that was told to stop may say 0 without having done its work: see docs/decisions/0006.
        case .code(0) where wasStopped: return .failure(failure("stopped"))
        case .code(0):
            return options.result.result(
                of: output.standardOutput, dropped: capture.droppedOutputBytes, limit: options.outputLimit)
        case .code(Self.snoozeCode): return .snoozed(nil)
        case .code(Self.discardCode): return .discarded(failure("exit_\(Self.discardCode)"))
        case .code(let code): return .failure(failure("exit_\(code)"))
        case .signal(let number): return .failure(failure("signal_\(SignalName.of(number))"))
        }
    }

    /// EX_TEMPFAIL and EX_DATAERR of sysexits.h.
    private static let snoozeCode: Int32 = 75
    private static let discardCode: Int32 = 65
}
