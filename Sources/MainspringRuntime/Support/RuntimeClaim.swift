import MainspringCore
import Synchronization

/// The one runtime of a process: two would both want its signals, its exit, and its children.
public final class RuntimeClaim: Sendable {
    private static let holder = Mutex<(SourceSite, ObjectIdentifier)?>(nil)

    /// Where the runtime that runs was started; nil when none does.
    public static var current: SourceSite? { holder.withLock { $0?.0 } }

    /// Throws `conflict`, naming where the one that runs was started.
    public init(at site: SourceSite) throws {
        let other: SourceSite? = Self.holder.withLock { holder in
            if let holder { return holder.0 }
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
        Self.holder.withLock { holder in
            if holder?.1 == ObjectIdentifier(self) { holder = nil }
        }
    }

    deinit { release() }
}
