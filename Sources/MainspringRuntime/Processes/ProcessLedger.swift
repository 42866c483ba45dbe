internal import CMainspringSpawn
import Glibc
public import MainspringCore
import Synchronization

/// The file that names every process group this node has started and not yet seen the end of.
///
/// A child appends its own line before it runs its program, and the node appends another once the whole group is gone,
/// before the id can be given out again. So whoever reads the file after the node died (its warden, its next run) finds
/// every group that may still be alive, together with what tells it from a later one of the same number: boot id,
/// process id space, start time.
public final class ProcessLedger: Sendable {
    private struct State {
        var descriptor: Int32
        var spawning = 0
        var groups: [Int32: UInt64] = [:]
        var compactAt: Int
    }

    private let path: String
    private let compactionSize: Int
    private let state: Mutex<State>

    /// Starts an empty ledger at `path`, in the place of any that is there: ``sweep(_:limit:)`` it first.
    ///
    /// It is written anew whenever it has grown by `compactionSize` bytes; the default is 256 KiB. Throws
    /// `MainspringError` (`spawn_failed`) when the folder cannot be written.
    public init(path: String, compactionSize: ByteSize = ByteSize(bytes: 256 << 10)) throws {
        self.path = path
        self.compactionSize = compactionSize.bytes
        let descriptor = try Self.create(at: path, groups: [:])
        state = Mutex(State(descriptor: descriptor, compactAt: Self.size(of: descriptor) + compactionSize.bytes))
    }

    deinit {
        state.withLock { _ = close($0.descriptor) }
    }

    /// Groups that have been started and are not known to be gone.
    public var openGroups: Int { state.withLock { $0.groups.count } }

    /// Whether it leads a group that has been started and is not known to be gone.
    func contains(_ pid: Int32) -> Bool { state.withLock { $0.groups[pid] != nil } }

    /// Runs `start` with the descriptor that the child appends its line to. Several may run at once, but none while the
    /// file is being replaced.
    func recording(_ start: (Int32) -> mspr_child) -> mspr_child {
        let descriptor = state.withLock { state in
            state.spawning += 1
            return state.descriptor
        }
        let child = start(descriptor)
        state.withLock { state in
            state.spawning -= 1
            if child.pid > 0 { state.groups[child.pid] = child.start_time }
        }
        return child
    }

    /// Notes that the group is gone. Call it before its leader is reaped: until then nobody else can have the id.
    func remove(_ pid: Int32) {
        state.withLock { state in
            state.groups[pid] = nil
            // On a full disk this line is lost; the start time still tells the group from a later one.
            let isWritten = Self.append("\n- \(pid)\n", to: state.descriptor)
            if !isWritten || Self.size(of: state.descriptor) > state.compactAt { compact(&state) }
        }
    }

    private func compact(_ state: inout State) {
        guard state.spawning == 0, let fresh = try? Self.create(at: path, groups: state.groups) else { return }
        close(state.descriptor)
        state.descriptor = fresh
        state.compactAt = Self.size(of: fresh) + compactionSize
    }

    // MARK: - The file

    /// Written beside and renamed, so that a reader never sees a ledger without its header.
    private static func create(at path: String, groups: [Int32: UInt64]) throws -> Int32 {
        let temporary = path + ".new"
        unlink(temporary)
        let created = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard created >= 0 else { throw failure("create", path, errno) }
        // The child moves descriptors to 0, 1 and 2 before it writes its line.
        let descriptor = fcntl(created, F_DUPFD_CLOEXEC, 3)
        let moveError = errno
        close(created)
        guard descriptor >= 0 else { throw failure("open", path, moveError) }
        let header = "mainspring-children 1 \(ProcessStamp.current())\n"
        let lines = groups.map { "+ \($0.key) \($0.value)\n" }.joined()
        guard append(header + lines, to: descriptor), rename(temporary, path) == 0 else {
            let error = failure("write", path, errno)
            close(descriptor)
            unlink(temporary)
            throw error
        }
        return descriptor
    }

    private static func append(_ text: String, to descriptor: Int32) -> Bool {
        let bytes = Array(text.utf8)
        var written = 0
        repeat { written = write(descriptor, bytes, bytes.count) } while written < 0 && errno == EINTR
        return written == bytes.count
    }

    private static func size(of descriptor: Int32) -> Int {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
    }

    static func failure(_ verb: String, _ path: String, _ number: Int32) -> MainspringError {
        MainspringError(
            .spawnFailed, "cannot \(verb) the list of child processes, \(path)", cause: SystemError.words(number),
            hint: "Make sure that the state folder can be written and its disk has room."
        )
    }
}
