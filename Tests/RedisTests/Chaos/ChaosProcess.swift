import Foundation
import Glibc
import MainspringTesting
import Synchronization

/// A node of a chaos run: a `ChaosProbe` process, which may be killed and started again on its folder.
final class ChaosProcess: Sendable {
    let name: String
    private let folder: String
    private let arguments: [String]
    private let life = Mutex<SpawnedProcess?>(nil)

    init(name: String, in folder: String, url: String, rate: Int, workers: Int = 4, runs milliseconds: Int = 5) throws {
        self.name = name
        self.folder = "\(folder)/\(name)"
        arguments = [url, self.folder, name, "\(rate)", "\(workers)", "\(milliseconds)"]
        try FileManager.default.createDirectory(atPath: self.folder, withIntermediateDirectories: true)
    }

    deinit { signal(SIGKILL) }

    func start() throws {
        // Next to this test's own binary.
        let program = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
            .appending(path: "ChaosProbe").path
        let process = try SpawnedProcess(program, arguments)
        life.withLock { $0 = process }
    }

    func signal(_ number: Int32) {
        if let process = life.withLock({ $0 }) { _ = Glibc.kill(process.pid, number) }
    }

    /// Its exit status; nil when it does not run.
    func end(_ number: Int32) async -> Int32? {
        signal(number)
        let process = life.withLock { life in
            defer { life = nil }
            return life
        }
        return await process?.end()
    }

    var ledger: ChaosLedgerText {
        ChaosLedgerText((try? String(contentsOfFile: "\(folder)/ledger", encoding: .utf8)) ?? "", node: name)
    }
}
