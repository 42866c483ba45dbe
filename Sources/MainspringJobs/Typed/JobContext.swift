public import Logging
public import MainspringCore
import MainspringRuntime

/// What a job has to do with the attempt that runs it.
public struct JobContext: Sendable {
    /// Its metadata names the job, its kind, its attempt, its queue and the node.
    public let logger: Logger
    let running: JobAttempt
    let output: JobLog
    private let environment: JobEnvironment

    package init(_ running: JobAttempt, environment: JobEnvironment) {
        self.running = running
        output = JobLog()
        running.onReadOutput { [output] in output.output }
        self.environment = environment
        let job = running.lease.job
        var logger = environment.logger
        logger[metadataKey: "job.id"] = "\(job.id)"
        logger[metadataKey: "job.kind"] = "\(job.kind)"
        logger[metadataKey: "job.attempt"] = "\(running.lease.attemptNumber)"
        logger[metadataKey: "queue"] = "\(job.queue)"
        logger[metadataKey: "node"] = "\(environment.node)"
        self.logger = logger
    }

    // MARK: The job

    /// The same for every attempt: what the job does outside may carry it, so that a second time is recognised.
    public var id: JobID { running.lease.job.id }
    public var kind: String { running.lease.job.kind }
    public var queue: String { running.lease.job.queue }
    /// Used attempts and this one: from 1.
    public var attempt: Int { running.lease.attemptNumber }
    public var maxAttempts: Int { running.lease.job.maxAttempts }
    /// Under which the attempt may write; for what runs elsewhere on its behalf.
    public var token: AttemptToken { running.lease.token }
    public var deadline: Timestamp? { running.lease.job.deadline }
    public var tags: [String] { running.lease.job.tags }
    public var metadata: [String: String] { running.lease.job.metadata }

    // MARK: What it needs

    /// What was provided as this type; throws as ``Resources`` does.
    public subscript<Resource: Sendable>(type: Resource.Type, named name: String? = nil) -> Resource {
        get throws { try environment.resources[type, named: name] }
    }

    /// The node's jobs. What is enqueued through it is nobody's child: ``enqueue(_:in:at:queue:priority:unique:id:tags:metadata:deadline:)``
    /// makes children. Throws `not_running` where no node runs.
    public var jobs: JobClient { get throws { try environment.jobs } }

    // MARK: What it tells

    /// Says how far it is, from 0 to 1, and in words of at most 256 bytes. A sign of life, too.
    ///
    /// Of what is told within 200 ms the last is kept. Told by an attempt that has ended, it goes nowhere.
    public func progress(_ fraction: Double?, _ message: String? = nil) {
        running.report(JobProgress(fraction: fraction, message: message))
    }

    /// A sign of life, for a kind with a `silence`.
    public func heartbeat() { running.report() }

    /// Adds a line to the attempt's output, of which the last 64 KiB are kept; `job logs` shows it while the job runs.
    public func log(_ line: String) { output.write(line) }

    // MARK: Its end

    /// The attempt shall end: its time is over, somebody cancelled the job, or the node stops. Its task is cancelled then.
    public var isStopping: Bool { running.stopReason != nil }
}
