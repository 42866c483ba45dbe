import Logging
import MainspringCore
import MainspringRuntime
import Synchronization

/// What was declared in one place, in order.
public final class DeclaredChildren: Sendable {
    private let state = Mutex<(children: [DeclaredChild], isClosed: Bool)>(([], false))

    init() {}

    func declare(_ child: DeclaredChild) {
        let isLate = state.withLock { state in
            if !state.isClosed { state.children.append(child) }
            return state.isClosed
        }
        guard isLate else { return }
        Logger(label: "mainspring").error(
            "declared too late, so it does not run; add it to app.services instead",
            metadata: ["name": "\(child.name)", "site": "\(child.site?.description ?? "")"])
    }

    /// What was declared until now; anything else is too late.
    func close() -> [DeclaredChild] {
        state.withLock { state in
            state.isClosed = true
            return state.children
        }
    }
}

/// A service, a loop or a group, as it was declared.
struct DeclaredChild: Sendable {
    let name: String
    let kind: ChildKind
    let site: SourceSite?
    /// Of a loop.
    var every: Duration?
    /// Of a group.
    var members: [DeclaredChild] = []
    let make: @Sendable (SupervisorContext) -> Supervisor.Child

    init(
        group name: String, site: SourceSite?, members: [DeclaredChild],
        make: @escaping @Sendable (SupervisorContext) -> Supervisor.Child
    ) {
        self.name = name
        kind = .group
        self.site = site
        self.members = members
        self.make = make
    }

    init(
        _ spec: ChildSpec, every: Duration? = nil, make: @escaping @Sendable (SupervisorContext) -> Supervisor.Child
    ) {
        name = spec.name
        kind = spec.kind
        site = spec.site
        self.every = every
        self.make = make
    }

    /// Itself and everything below it.
    var all: [DeclaredChild] { [self] + members.flatMap(\.all) }
}
