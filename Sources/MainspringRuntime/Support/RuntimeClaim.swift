import MainspringCore
import Synchronization

/// The one runtime of a process: two would both want its signals, its exit, and its children.
public final class RuntimeClaim: Sendable {
    /// Where claims meet.
    final class Desk: Sendable {
        static let process = Desk()
        let holder = Mutex<(site: SourceSite, claim: ObjectIdentifier)?>(nil)
    }

    private let desk: Desk

    /// Where the runtime that runs was started; nil when none does.
    public static var current: SourceSite? { Desk.process.holder.withLock { $0?.site } }

    /// Throws `conflict`, naming where the one that runs was started.
    public convenience init(at site: SourceSite) throws { try self.init(at: site, of: .process) }

    init(at site: SourceSite, of desk: Desk) throws {
        self.desk = desk
        let other: SourceSite? = desk.holder.withLock { holder in
            if let holder { return holder.site }
            holder = (site, ObjectIdentifier(self))
            return nil
        }
        guard let other else { return }
        throw MainspringError(
            .conflict, "a Mainspring runtime runs in this process already, started at \(other)",
            hint: "Declare everything in that one, or start this one when it has ended. Tests have withTestRuntime.")
    }

    /// Another runtime may run from now on; nothing happens the second time.
    public func release() {
        desk.holder.withLock { holder in
            if holder?.claim == ObjectIdentifier(self) { holder = nil }
        }
    }

    deinit { release() }
}
