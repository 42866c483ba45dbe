import Glibc
import MainspringCore

/// The sockets of the other processes, as far as they are known.
///
/// Each is reached through a socket of its own: the kernel counts what was sent and not yet read against the sender's
/// socket, so over a shared one a process that hangs would use up what the others need.
struct BellPeers: Sendable {
    /// More processes than this are not woken, in no order.
    private static let limit = 256

    private struct Peer: Sendable {
        let name: String
        let socket: BellSocket
    }

    private let folder: BellFolder
    private let own: String?
    private let now: @Sendable () -> Timestamp
    private var peers: [Peer] = []
    /// The folder's state that `peers` is of; nil when it must be read again.
    private var known: FolderChange?

    /// `own` is the name that is never rung; `now` is the clock of the file system.
    init(folder: BellFolder, own: String?, now: @escaping @Sendable () -> Timestamp) {
        self.folder = folder
        self.own = own
        self.now = now
    }

    /// Reads the folder only when it has changed, may have changed, or brings `newcomers`.
    mutating func ring(_ byte: UInt8, newcomers: Bool) {
        if newcomers { known = nil }
        // A folder that was removed by hand takes nobody away who is known.
        if let change = folder.lastChange(), change != known { read(change) }
        var index = 0
        while index < peers.count {
            if isDead(peers[index].socket.send(byte)) {
                folder.remove(peers[index].name)
                peers.remove(at: index)
            } else {
                index += 1
            }
        }
    }

    private mutating func read(_ change: FolderChange) {
        let now = now()
        guard let names = folder.names() else {
            known = nil
            return
        }
        let old = Set(peers.map(\.name))
        var isComplete = true
        for name in names where name != own && !old.contains(name) && peers.count < Self.limit {
            guard let socket = BellSocket() else {
                isComplete = false
                break
            }
            switch socket.connect(to: folder.address(of: name)) {
            case 0: peers.append(Peer(name: name, socket: socket))
            case ECONNREFUSED: folder.remove(name)
            case EINTR, ENOMEM, ENOBUFS, ENFILE, EMFILE: isComplete = false
            default: break
            }
        }
        known = isComplete && change.isSettled(at: now) ? change : nil
    }

    /// Its process has ended or closes. A full queue (`EAGAIN`) is fine: see ``BellBurst``.
    private func isDead(_ error: Int32) -> Bool {
        error == ECONNREFUSED || error == EPIPE || error == ECONNRESET || error == ENOTCONN
    }
}
