import MainspringCore
import MainspringRuntime

struct ServicesTable {
    let services: [ChildStatus]
    let now: Timestamp

    var html: HTML {
        guard !services.isEmpty else { return "<p class=\"empty\">No services are declared.</p>" }
        let columns = [
            Table.Column("Service", "main"), Table.Column("State", "status"), Table.Column("For", "number"),
            Table.Column("PID", "number"),
            Table.Column("Restarts", "number"), Table.Column("Detail"), Table.Column("Needs"),
            Table.Column("Actions", "actions"),
        ]
        return Table(caption: "Services", columns: columns, rows: services.map(row)).html
    }

    private func row(_ service: ChildStatus) -> [HTML] {
        let next: HTML? = service.restartsAt.map {
            " <span class=\"note\">starts in \(max(.zero, $0 - now).forPeople)</span>"
        }
        return [
            "\(service.name)\(kind(of: service))", "\(StateMark.html(service))\(next)",
            Shown.age(service.since, now: now),
            service.pid.map { "\(Int($0))" } ?? Self.none, Shown.count(service.restarts),
            (service.detail ?? service.lastExit).map { "\(Shown.line($0))" } ?? Self.none,
            service.dependsOn.isEmpty ? Self.none : "\(service.dependsOn.joined(separator: ", "))",
            ActionForm.html(
                "Restart", to: ActionForm.path("services", service.name, "restart"),
                label: "Restart service \(service.name)",
                from: "overview"),
        ]
    }

    /// A command is what a service is mostly: it is not told.
    private func kind(of service: ChildStatus) -> HTML? {
        service.kind == .command ? nil : " <span class=\"note\">\(service.kind.rawValue)</span>"
    }

    private static let none: HTML = "<span class=\"zero\">–</span>"
}
