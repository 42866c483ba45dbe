import Dispatch
import Glibc
public import MainspringCore
import Synchronization

/// The logs of all services of a node: `FOLDER/SERVICE.log` and the file before it, `SERVICE.log.1`.
public final class ServiceLogs: Sendable {
    /// Bytes of all files together.
    static let totalLimit = 64 * 1024 * 1024
    /// Bytes of one file, unless there are so many services that each gets less.
    static let fileLimit = 4 * 1024 * 1024

    private let folder: String?
    private let limit: Int
    private let time: any TimeSource
    private let queue = DispatchQueue(label: "mainspring.logs", qos: .utility)
    private let logs = Mutex<[String: ServiceLog]>([:])

    /// `folder` is created with mode 0700 if it is missing; nil keeps the last lines in memory only. `services` is how many
    /// share the room.
    ///
    /// A folder that cannot be created, or is a link, costs the files, never the services: their lines are dropped.
    public init(folder: String?, services: Int, time: any TimeSource) {
        if let folder { mkdir(folder, 0o700) }
        self.folder = folder
        self.time = time
        limit = min(Self.fileLimit, Self.totalLimit / max(1, services) / 2)
    }

    /// The log of a service, made when it is first asked for.
    func log(of service: String) -> ServiceLog {
        logs.withLock { logs in
            if let log = logs[service] { return log }
            let log = ServiceLog(file: file(of: service), time: time)
            logs[service] = log
            return log
        }
    }

    /// Nil when nothing was ever logged for it.
    subscript(service: String) -> ServiceLog? { logs.withLock { $0[service] } }

    private func file(of service: String) -> RotatingLogFile? {
        folder.map { folder in
            // The name comes from configuration: it must not lead out of the folder.
            let safe = String(service.map { $0 == "/" || $0 == "\0" ? "_" : $0 })
            return RotatingLogFile(folder: folder, name: safe + ".log", limit: limit, queue: queue)
        }
    }
}
