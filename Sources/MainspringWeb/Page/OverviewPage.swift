import MainspringCore
import MainspringJobs
import MainspringRuntime
import MainspringStore

/// The page at `/`: the node's condition, its queues and services, and the newest jobs.
struct OverviewPage {
    let context: WebContext
    /// Nil when the store did not answer.
    let queues: [QueueStatus]?
    /// Empty when the store did not answer.
    let nodes: [NodeRecord]
    let services: [ChildStatus]
    let jobs: JobPage?
    let query: String
    /// It shows an older page of the list.
    let isPaged: Bool
    let isLive: Bool

    static let refreshSeconds = 5

    var html: HTML {
        let now = context.time.now()
        return Layout(
            title: "\(context.application) · Mainspring", application: context.application,
            refresh: isLive && !isPaged ? Self.refreshSeconds : nil, header: header(now: now),
            content: """
                <section aria-labelledby="queues"><h2 id="queues">Queues</h2>
                \(queues.map { QueuesTable(queues: $0, now: now).html } ?? Self.noStore)
                </section>
                \(nodeSection(now: now))<section aria-labelledby="services"><h2 id="services">Services</h2>
                \(ServicesTable(services: services, now: now).html)
                </section>
                <section aria-labelledby="jobs"><div class="bar"><h2 id="jobs">\(isPaged ? "Older jobs" : "Recent jobs")</h2>\(search)</div>
                \(jobs.map { list($0, now: now) } ?? Self.noStore)
                </section>
                """
        ).html
    }

    /// One node alone is what the header tells of.
    private func nodeSection(now: Timestamp) -> HTML? {
        guard nodes.count > 1 else { return nil }
        return """
            <section aria-labelledby="nodes"><h2 id="nodes">Nodes</h2>
            \(NodesTable(nodes: nodes, own: context.inspector.node, now: now).html)
            </section>
            """
    }

    private func header(now: Timestamp) -> HTML {
        let inspector = context.inspector
        let failover = context.failover()
        let verdict = Verdict(
            phase: inspector.phase(), readiness: inspector.readiness(), queues: queues, failover: failover)
        return """
            <div class="brand">\(Layout.logo)<h1>\(context.application)</h1>
            <p class="where">\(inspector.node) · Mainspring \(context.version) · \(context.storeName) · up \(Shown.age(inspector.startedAt, now: now))</p>
            \(liveness)</div>
            <p class="verdict \(verdict.level.rawValue)" role="status">\(StateMark.verdict(verdict.level))\(verdict.sentence)</p>
            \(failover.flatMap { OutageBanner(status: $0, now: now).html })
            """
    }

    private var liveness: HTML {
        let target = link(refresh: !isLive)
        return isLive && !isPaged
            ? "<p class=\"live\">Every \(Self.refreshSeconds) s <a href=\"\(target)\">Hold</a></p>"
            : "<p class=\"live\">On hold <a href=\"\(isPaged ? link(refresh: true) : target)\">Go live</a></p>"
    }

    private var search: HTML {
        let hold: HTML? = isLive ? nil : "<input type=\"hidden\" name=\"refresh\" value=\"false\">"
        return """
            <form class="search" method="get" action="/" role="search"><label class="unseen" for="q">Find jobs</label>\
            <input id="q" name="q" type="search" value="\(query)" placeholder="state:discarded kind:scan" maxlength="1024" \
            autocomplete="off" spellcheck="false">\(hold)<button>Find</button></form>
            """
    }

    private func list(_ page: JobPage, now: Timestamp) -> HTML {
        guard !page.jobs.isEmpty else {
            return query.isEmpty
                ? "<p class=\"empty\">No jobs yet. Add one: <code>mainspring job add KIND key=value</code></p>"
                : "<p class=\"empty\">No job matches. <a href=\"/\">Show all</a></p>"
        }
        let older: HTML? = page.next.map {
            "<p class=\"more\"><a href=\"\(link(refresh: isLive, cursor: JobSearch.text(of: $0)))\">Older jobs</a></p>"
        }
        return "\(JobsTable(jobs: page.jobs, now: now).html)\(older)"
    }

    private func link(refresh: Bool, cursor: String? = nil) -> String {
        var parts: [String] = []
        if !query.isEmpty { parts.append("q=\(QueryString.encode(query))") }
        if !refresh { parts.append("refresh=false") }
        if let cursor { parts.append("cursor=\(cursor)") }
        return parts.isEmpty ? "/" : "/?\(parts.joined(separator: "&"))"
    }

    private static let noStore: HTML = "<p class=\"empty\">The store does not answer; this part comes back with it.</p>"
}
