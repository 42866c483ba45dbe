import MainspringJobs

extension Configuration {
    /// The kinds of the file.
    func kinds(executor: (JobConfiguration) -> any JobExecutor) -> [JobKind] {
        jobs.values.map { job in
            JobKind(
                name: job.name, arguments: job.arguments, queue: job.queue, priority: job.priority,
                timeout: job.timeout, retry: job.retry, unique: job.unique, silence: job.silence,
                deadline: job.deadline,
                maxRescues: job.maxRescues, executor: executor(job))
        }
    }
}
