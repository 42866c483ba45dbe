import MainspringCore
import MainspringRuntime

/// Runs jobs that are Swift values.
struct SwiftJobExecutor<J: Job>: JobExecutor {
    let environment: JobEnvironment

    func run(_ attempt: JobAttempt) async -> AttemptResult {
        let job: J
        do {
            job = try JobPayload.job(J.self, of: attempt.lease.job)
        } catch {
            return AttemptResult(
                .discarded(JobFailure(code: "bad_payload", message: "the payload does not fit: \(error.text)")))
        }
        let context = JobContext(attempt, environment: environment)
        // A task of its own: only its cancellation runs the user's handlers.
        let task = Task(name: "mainspring.job.\(J.kind)") { await Self.end(of: job, context) }
        attempt.onStop { _ in task.cancelElsewhere() }
        var result = await task.value
        result.output = context.output.output
        return result
    }

    @concurrent private static func end(of job: J, _ context: JobContext) async -> AttemptResult {
        let output: J.Output
        do {
            output = try await job.run(context)
        } catch {
            return result(of: error, context)
        }
        return AttemptResult(outcome(of: output))
    }

    private static func outcome(of output: J.Output) -> JobOutcome {
        do {
            let text = try J.resultForm.text(output)
            guard text?.utf8.count ?? 0 <= JobJSON.limit else {
                return .failure(
                    JobFailure(code: "result_too_large", message: "the result is longer than 1 MiB of JSON"))
            }
            return .success(result: text)
        } catch {
            return .failure(
                JobFailure(code: "bad_result", message: "the result cannot be stored: \(JobJSONProblem(error).text)"))
        }
    }

    private static func result(of error: any Error, _ context: JobContext) -> AttemptResult {
        switch error {
        case let snooze as JobSnooze: return AttemptResult(.snoozed(snooze.delay))
        case let discard as JobDiscard: return AttemptResult(.discarded(JobFailure(discard)))
        case is CancellationError where context.isStopping: return AttemptResult(.interrupted)
        default: break
        }
        let failure = JobFailure(error)
        // Why it was told to end says more than what it made of that.
        guard !context.isStopping else { return AttemptResult(.failure(failure)) }
        switch J.retry(after: error, attempts: context.attempt) {
        case .byPolicy: return AttemptResult(.failure(failure))
        case .after(let delay): return AttemptResult(.failure(failure), retryAfter: max(.zero, delay))
        case .never: return AttemptResult(.discarded(failure))
        }
    }
}

extension JobFailure {
    fileprivate init(_ error: any Error) {
        let code: String? =
            switch error {
            case let error as any JobError: error.code
            case let error as MainspringError: error.code.rawValue
            default: nil
            }
        self.init(
            code: Self.code(code) ?? Self.code("\(type(of: error))") ?? "error",
            message: String(error.sentence.prefix(500)).printable)
    }

    fileprivate init(_ discard: JobDiscard) {
        self.init(
            code: Self.code(discard.code) ?? "discarded", message: String(discard.reason.prefix(500)).printable)
    }

    private static func code(_ text: String?) -> String? {
        guard let text, !text.isEmpty else { return nil }
        return String(text.unicodeScalars.prefix(64)).printable
    }
}
