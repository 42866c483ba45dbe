import Glibc
import MainspringCore
import MainspringRuntime
import Synchronization

/// This process' socket in the folder, and the thread that waits on it.
final class BellListener: Sendable {
    let name: String
    private let folder: BellFolder
    private let socket: BellSocket
    private let isClosing = Atomic(false)
    private let newcomers = Atomic(false)

    init(
        in folder: BellFolder, onRing: @escaping @Sendable (DoorbellKind) -> Void
    ) throws(MainspringError) {
        guard let socket = BellSocket() else { throw BellFolder.failure(folder.path, errno) }
        self.folder = folder
        self.socket = socket
        name = try folder.add(socket)
        guard RawThread.start("mspr-doorbell", { self.listen(onRing) }) else {
            folder.remove(name)
            throw BellFolder.failure(folder.path, EAGAIN)
        }
    }

    /// Whether sockets came into the folder since it was asked last.
    func takeNewcomers() -> Bool {
        // A plain read, most of the time.
        newcomers.load(ordering: .relaxed) && newcomers.exchange(false, ordering: .acquiringAndReleasing)
    }

    /// The thread ends as soon as it is not in `onRing`.
    func close() {
        guard !isClosing.exchange(true, ordering: .acquiringAndReleasing) else { return }
        folder.remove(name)
        socket.shutDown()
    }

    private func listen(_ onRing: (DoorbellKind) -> Void) {
        while let first = socket.receive(waiting: true) {
            var burst = BellBurst()
            burst.take(first)
            while !burst.isFull, let next = socket.receive(waiting: false) { burst.take(next) }
            if isClosing.load(ordering: .acquiring) { return }
            if burst.bringsNewcomers { newcomers.store(true, ordering: .releasing) }
            if !burst.kinds.isEmpty { onRing(burst.kinds) }
        }
    }
}
