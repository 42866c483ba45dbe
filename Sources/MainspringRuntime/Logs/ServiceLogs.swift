import Dispatch
import Glibc
public import MainspringCore

/// The logs of all services of a node: `FOLDER/SERVICE.log` and the file before it, `SERVICE.log.1`.
public struct ServiceLogs: Sendable {
    /// Bytes of all files together.
    static let totalLimit = 64 * 1024 * 1024
    /// Bytes of one file, unless there are so many services that each gets less.
    static let fileLimit = 4 * 1024 * 1024

    private let logs: [String: ServiceLog]

    /// `folder` is created with mode 0700 if it is missing; nil keeps the last lines in memory only.
    ///
    /// A folder that cannot be created, or is a link, costs the files, never the services: their lines are dropped.
    public init(folder: String?, services: [String], time: any TimeSource) {
        if let folder { mkdir(folder, 0o700) }
        let queue = DispatchQueue(label: "mainspring.logs", qos: .utility)
        let limit = min(Self.fileLimit, Self.totalLimit / max(1, services.count) / 2)
        logs = Dictionary(
            services.map { name in
                let file = folder.map { folder in
                    // The name comes from configuration: it must not lead out of the folder.
                    let safe = String(name.map { $0 == "/" || $0 == "\0" ? "_" : $0 })
                    return RotatingLogFile(folder: folder, name: safe + ".log", limit: limit, queue: queue)
                }
                return (name, ServiceLog(file: file, time: time))
            },
            uniquingKeysWith: { first, _ in first })
    }

    subscript(service: String) -> ServiceLog? { logs[service] }
}
