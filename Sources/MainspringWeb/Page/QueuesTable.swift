import MainspringCore
import MainspringJobs
import MainspringStore

struct QueuesTable {
    let queues: [QueueStatus]
    let now: Timestamp

    var html: HTML {
        guard !queues.isEmpty else { return "<p class=\"empty\">No queues are declared.</p>" }
        let columns = [
            Table.Column("Queue", "main"), Table.Column("Waiting", "number"), Table.Column("Oldest wait", "number"),
            Table.Column("Running", "number"), Table.Column("Slots here"), Table.Column("Retryable", "number"),
            Table.Column("Completed", "number"), Table.Column("Discarded", "number"),
            Table.Column("Actions", "actions"),
        ]
        return Table(caption: "Queues", columns: columns, rows: queues.map(row)).html
    }

    private func row(_ queue: QueueStatus) -> [HTML] {
        let summary = queue.summary
        func count(_ state: JobState) -> HTML { Shown.count(summary.counts[state] ?? 0) }
        let badge: HTML? = summary.isPaused ? " <span class=\"badge\">paused</span>" : nil
        let orphan: HTML? = queue.options == nil ? " <span class=\"badge\">not declared</span>" : nil
        let parked: HTML? =
            summary.parked == 0
            ? nil
            : " <span class=\"badge\" title=\"No live node knows their kind, or their version of it\">\(Shown.grouped(summary.parked)) parked</span>"
        let oldest: HTML = summary.oldestAvailableAt.map { Shown.age($0, now: now) } ?? "<span class=\"zero\">–</span>"
        let waiting = [JobState.available, .scheduled, .pending].compactMap { summary.counts[$0] }.reduce(0, +)
        return [
            "<a href=\"/?q=\(QueryString.encode("queue:\(summary.name)"))\">\(summary.name)</a>\(badge)\(orphan)",
            "\(Shown.count(waiting))\(parked)", oldest, count(.running), slots(of: queue), count(.retryable),
            count(.completed),
            count(.discarded), action(on: summary.name, isPaused: summary.isPaused),
        ]
    }

    private func slots(of queue: QueueStatus) -> HTML {
        guard let workers = queue.options?.workers else { return "<span class=\"zero\">–</span>" }
        let zombies: HTML? =
            queue.zombies == 0
            ? nil
            : " <span class=\"badge\" title=\"Settled without their attempts, which still run\">\(queue.zombies) zombie\(queue.zombies == 1 ? "" : "s")</span>"
        let filled = min(queue.busy, workers) * 64 / max(1, workers)
        return """
            <span class="slots"><svg class="gauge" viewBox="0 0 64 8" aria-hidden="true"><rect class="track" width="64" height="8" rx="4"/>\
            <rect class="fill" width="\(filled)" height="8" rx="4"/></svg><span>\(queue.busy) of \(workers)</span></span>\(zombies)
            """
    }

    private func action(on name: String, isPaused: Bool) -> HTML {
        let verb = isPaused ? "resume" : "pause"
        let title = isPaused ? "Resume" : "Pause"
        return ActionForm.html(
            title, to: ActionForm.path("queues", name, verb), label: "\(title) queue \(name)", from: "overview")
    }
}
