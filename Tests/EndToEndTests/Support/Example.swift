import Foundation
import Glibc
import MainspringTesting

/// A running example or probe, driven from outside.
final class Example: Sendable {
    private let folder: ScratchFolder
    let pid: Int32
    private let output = LineRecorder()
    private let errors = LineRecorder()
    private let exit = ExitWaiter()

    /// Starts the built example of that name in the folder.
    init(
        _ name: String, _ arguments: [String] = [], in folder: ScratchFolder, environment: [String: String] = [:]
    ) throws {
        self.folder = folder
        let folderOfBinary = URL(fileURLWithPath: Binary.path).deletingLastPathComponent().path
        let (out, err) = (try TestPipe(), try TestPipe())
        let process = try SpawnedProcess(
            "\(folderOfBinary)/\(name)", arguments, in: folder.path,
            environment: Command.baseEnvironment.merging(environment) { $1 }, output: out.writing, errors: err.writing)
        pid = process.pid
        process.whenEnded { [exit] in exit.finish($0) }
        output.read(out)
        errors.read(err)
    }

    deinit { Glibc.kill(pid, SIGKILL) }

    /// Of standard output.
    var lines: [String] { output.text.split(separator: "\n").map(String.init) }

    /// On standard error.
    var said: String { errors.text }

    func prints(_ text: String) async throws {
        _ = try await output.first(timeout: 60) { $0.contains(text) ? true : nil as Bool? }
    }

    func says<Value: Sendable>(_ match: @escaping @Sendable (String) -> Value?) async throws -> Value {
        try await errors.first(timeout: 60, match)
    }

    func interrupt() { Glibc.kill(pid, SIGINT) }

    func terminate() { Glibc.kill(pid, SIGTERM) }

    func waitForExit() async throws -> Int32 { try await exit.wait() }
}
