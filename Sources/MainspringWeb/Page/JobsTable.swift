import MainspringCore
import MainspringStore

struct JobsTable {
    let jobs: [JobRecord]
    let now: Timestamp

    var html: HTML {
        let columns = [
            Table.Column("Job", "main clip"), Table.Column("State", "status"), Table.Column("Attempt", "number"),
            Table.Column("Queue"),
            Table.Column("Age", "number"), Table.Column("Ran", "number"), Table.Column("Outcome", "wide clip"),
            Table.Column("Actions", "actions"),
        ]
        return Table(caption: "Recent jobs", columns: columns, rows: jobs.map(row)).html
    }

    private func row(_ job: JobRecord) -> [HTML] {
        let arguments = job.arguments == "{}" ? nil : Shown.line(job.arguments, limit: 120)
        let shown: HTML? = arguments.map { "<code class=\"args\">\($0)</code>" }
        return [
            "<a href=\"/jobs/\(QueryString.encode(job.id.rawValue))\">\(job.kind)</a> \(shown)",
            "\(StateMark.html(job.state))\(note(on: job))",
            "\(job.state == .running ? job.attempt + 1 : job.attempt)/\(job.maxAttempts)", "\(job.queue)",
            Shown.age(job.createdAt, now: now),
            "\(Shown.duration(from: job.startedAt, to: job.state == .running ? nil : job.finishedAt ?? job.startedAt, now: now))",
            outcome(of: job), JobActions.html(job, from: "overview"),
        ]
    }

    private func note(on job: JobRecord) -> HTML? {
        if job.state == .running, job.cancelRequestedAt != nil { return " <span class=\"note\">asked to cancel</span>" }
        if job.parked != nil { return " <span class=\"note\">parked</span>" }
        if job.state == .running, let fraction = job.progress?.fraction {
            return " <span class=\"note\">\(Shown.percent(fraction))</span>"
        }
        guard job.state == .scheduled || job.state == .retryable, job.scheduledAt > now else { return nil }
        return " <span class=\"note\">in \((job.scheduledAt - now).forPeople)</span>"
    }

    private func outcome(of job: JobRecord) -> HTML {
        if job.state != .completed, let error = job.error {
            return "<span class=\"error\">\(Shown.line(error.message, limit: 120))</span>"
        }
        guard let result = job.result else { return "<span class=\"zero\">–</span>" }
        return "<code>\(Shown.line(result, limit: 120))</code>"
    }
}

/// The buttons that a job's state allows.
enum JobActions {
    static func html(_ job: JobRecord, from page: String) -> HTML {
        var buttons: [HTML] = []
        if [.discarded, .cancelled, .retryable, .scheduled].contains(job.state) {
            let title = job.state == .scheduled || job.state == .retryable ? "Run now" : "Retry"
            buttons.append(
                ActionForm.html(
                    title, to: ActionForm.path("jobs", job.id.rawValue, "retry"),
                    label: "\(title): \(job.kind) \(job.id)", from: page))
        }
        if !job.state.isFinal, job.cancelRequestedAt == nil {
            buttons.append(
                ActionForm.html(
                    "Cancel", to: ActionForm.path("jobs", job.id.rawValue, "cancel"),
                    label: "Cancel: \(job.kind) \(job.id)", from: page,
                    .danger))
        }
        return "<div class=\"buttons\">\(buttons)</div>"
    }
}
