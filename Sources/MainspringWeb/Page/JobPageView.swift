import MainspringCore
import MainspringStore

/// The page of one job: what it is, what became of each attempt, and what they wrote.
struct JobPageView {
    let context: WebContext
    let job: JobRecord
    let attempts: [AttemptRecord]
    let logs: [AttemptLog]

    /// Bytes of each output that the page shows; the API has the rest.
    private static let shownOutput = 64 << 10

    var html: HTML {
        let now = context.time.now()
        return Layout(
            title: "\(job.kind) \(job.id) · \(context.application)", application: context.application,
            refresh: job.state.isFinal ? nil : OverviewPage.refreshSeconds,
            header: """
                <div class="brand">\(Layout.logo)<p class="crumb"><a href="/">\(context.application)</a></p></div>
                <div class="bar"><h1>\(job.kind)</h1>\(StateMark.html(job.state))\(JobActions.html(job, from: "job"))</div>
                <p class="where"><code>\(job.id.rawValue)</code></p>
                """,
            content: """
                \(failure)\(parked)\(progress(now: now))<section aria-label="Facts">\(facts(now: now))</section>
                <section class="pair"><div><h2>Arguments</h2><pre>\(Shown.prettyJSON(job.arguments))</pre></div>
                <div><h2>Result</h2>\(result)</div></section>
                <section><h2>Attempts</h2>\(attemptList(now: now))</section>
                <section><h2>Output</h2>\(output)</section>
                """
        ).html
    }

    private var failure: HTML? {
        guard job.state != .completed, let error = job.error else { return nil }
        let detail: HTML? = error.detail.map { "<pre>\($0)</pre>" }
        return """
            <section class="failure" aria-labelledby="failure"><h2 id="failure">Last error</h2>
            <p><strong>\(error.message)</strong> <code>\(error.code)</code></p>\(detail)</section>
            """
    }

    private var parked: HTML? {
        guard let reason = job.parked else { return nil }
        return """
            <section class="notice" aria-labelledby="parked"><h2 id="parked">Parked</h2>
            <p>\(reason). It runs once a node that knows it is there.</p></section>
            """
    }

    /// Of the attempt that runs, or of the last one of a job that did not come to its end.
    private func progress(now: Timestamp) -> HTML? {
        guard job.state != .completed, job.progress != nil || job.heartbeatAt != nil else { return nil }
        let bar: HTML? = job.progress?.fraction.map { fraction in
            """
            <svg class="progress" viewBox="0 0 400 10" preserveAspectRatio="none" role="img" aria-label="\(Shown.percent(fraction))">\
            <rect class="track" width="400" height="10"/><rect class="fill" width="\(Int(fraction * 400))" height="10"/></svg>\
            <p>\(Shown.percent(fraction))</p>
            """
        }
        let message: HTML? = job.progress?.message.map { "<p>\($0)</p>" }
        let sign: HTML? = job.heartbeatAt.map {
            "<p class=\"note\">Last sign of life \(Shown.age($0, now: now)) ago</p>"
        }
        return "<section aria-label=\"Progress\"><div class=\"advance\">\(bar)\(message)\(sign)</div></section>"
    }

    private var result: HTML {
        job.result.map { "<pre>\(Shown.prettyJSON($0))</pre>" }
            ?? "<p class=\"empty\">None\(job.state.isFinal ? "" : " yet").</p>"
    }

    private func facts(now: Timestamp) -> HTML {
        let ran = Shown.duration(from: job.startedAt, to: job.state == .running ? nil : job.finishedAt, now: now)
        let all: [(String, HTML?)] = [
            ("Queue", "\(job.queue)"), ("Priority", "\(job.priority.rawValue)"),
            ("Attempt", "\(job.attempt) of \(job.maxAttempts)"), ("Created", Shown.time(job.createdAt)),
            (job.scheduledAt > now ? "Due" : "Available", Shown.time(job.scheduledAt)),
            ("Started", job.startedAt.map { Shown.time($0) }), ("Finished", job.finishedAt.map { Shown.time($0) }),
            ("Ran", job.state == .running || job.finishedAt != nil ? "\(ran)" : nil),
            ("Cancel asked", job.cancelRequestedAt.map { Shown.time($0) }), ("Node", job.node.map { "\($0)" }),
            ("Deadline", job.deadline.map { Shown.time($0) }), ("Schedule", job.schedule.map { "\($0)" }),
            ("Made by", job.parent.map { "<a href=\"/jobs/\(QueryString.encode($0.rawValue))\">\($0.rawValue)</a>" }),
            ("Rescued", job.rescues == 0 ? nil : "\(job.rescues) of at most \(job.maxRescues)"),
            ("Snoozed", job.snoozes == 0 ? nil : "\(job.snoozes)×"),
            ("Tags", job.tags.isEmpty ? nil : "\(job.tags.joined(separator: ", "))"),
        ]
        let metadata = job.metadata.sorted { $0.key < $1.key }.map { ($0.key, "\($0.value)" as HTML?) }
        let items = (all + metadata).compactMap { name, value in
            value.map { "<div><dt>\(name)</dt><dd>\($0)</dd></div>" as HTML }
        }
        return "<dl class=\"facts\">\(items)</dl>"
    }

    private func attemptList(now: Timestamp) -> HTML {
        guard !attempts.isEmpty else { return "<p class=\"empty\">None yet.</p>" }
        let columns = [
            Table.Column("Attempt", "main"), Table.Column("Outcome", "status"), Table.Column("Started"),
            Table.Column("Ran", "number"),
            Table.Column("Node"), Table.Column("Error", "wide"),
        ]
        let rows = attempts.map { attempt -> [HTML] in
            let error: HTML =
                attempt.error.map { "<span class=\"error\">\(Shown.line($0.message, limit: 200))</span>" } ?? "–"
            return [
                "\(attempt.number)", StateMark.html(attempt.outcome), Shown.time(attempt.startedAt),
                "\(Shown.duration(from: attempt.startedAt, to: attempt.finishedAt, now: now))", "\(attempt.node)",
                error,
            ]
        }
        return Table(caption: "Attempts", columns: columns, rows: rows).html
    }

    private var output: HTML {
        let written = logs.filter { !$0.output.isEmpty }
        guard !written.isEmpty else { return "<p class=\"empty\">Nothing was written.</p>" }
        return HTML.joined(
            written.reversed().map { log in
                """
                <h3>Attempt \(log.number), <span class="note">\(Shown.time(log.startedAt))</span></h3>
                \(stream("Standard output", log.output.standardOutput))\(stream("Standard error", log.output.standardError))\
                \(log.output.droppedBytes > 0 ? "<p class=\"note\">\(log.output.droppedBytes) bytes before this were dropped at the cap.</p>" as HTML : nil)
                """
            })
    }

    private func stream(_ title: String, _ bytes: [UInt8]) -> HTML? {
        guard !bytes.isEmpty else { return nil }
        let isCut = bytes.count > Self.shownOutput
        let note: HTML? = isCut ? "<p class=\"note\">The last \(Self.shownOutput >> 10) KiB.</p>" : nil
        return "<h4>\(title)</h4>\(note)<pre>\(String(decoding: bytes.suffix(Self.shownOutput), as: UTF8.self))</pre>"
    }
}
