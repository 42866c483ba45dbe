import Dispatch
import Foundation
import Glibc
import MainspringCore
import MainspringTesting
import Synchronization
import Testing

/// A running node: the built binary, driven from outside.
final class Daemon: Sendable {
    let folder: ScratchFolder
    let pid: Int32
    let url: String
    private let output: LineRecorder
    private let exit: ExitWaiter

    /// Starts `mainspring run` in the folder and waits until it listens. With `wrapper`, that command runs it, and is what
    /// `pid` names.
    static func start(
        in folder: ScratchFolder, through wrapper: [String] = [], arguments: [String] = [],
        environment: [String: String] = [:]
    ) async throws
        -> Daemon
    {
        let (process, output, exit) = try launch(
            wrapper + [Binary.path, "run"] + arguments, in: folder, environment: environment)
        let url = try await output.first(timeout: 60) { line in
            line.split(separator: " ").first { $0.hasPrefix("http://127.0.0.1:") }.map(String.init)
        }
        return Daemon(folder: folder, pid: process.pid, url: url, output: output, exit: exit)
    }

    /// Starts `mainspring run` where it is expected to refuse; answers with its end.
    static func refused(in folder: ScratchFolder, arguments: [String] = []) async throws -> CommandResult {
        try await Command.run(Binary.path, ["run"] + arguments, in: folder.path)
    }

    private static func launch(
        _ command: [String], in folder: ScratchFolder, environment: [String: String]
    ) throws -> (SpawnedProcess, LineRecorder, ExitWaiter) {
        let errors = try TestPipe()
        let process = try SpawnedProcess(
            command[0], Array(command.dropFirst()), in: folder.path,
            environment: Command.baseEnvironment.merging(environment) { $1 }, errors: errors.writing)
        let output = LineRecorder()
        let exit = ExitWaiter()
        process.whenEnded { exit.finish($0) }
        output.read(errors)
        return (process, output, exit)
    }

    private init(folder: ScratchFolder, pid: Int32, url: String, output: LineRecorder, exit: ExitWaiter) {
        self.folder = folder
        self.pid = pid
        self.url = url
        self.output = output
        self.exit = exit
    }

    deinit { Glibc.kill(pid, SIGKILL) }

    var port: Int { Int(url.split(separator: ":").last ?? "") ?? 0 }
    var standardError: String { output.text }

    func signal(_ number: Int32) { Glibc.kill(pid, number) }

    /// The exit code; 128 + the signal when one ended it.
    func waitForExit() async throws -> Int32 { try await exit.wait() }

    func stop() async throws -> Int32 {
        signal(SIGTERM)
        return try await waitForExit()
    }

    func killHard() async throws {
        signal(SIGKILL)
        _ = try await waitForExit()
    }

    /// The first line of standard error, past ones included, that `match` takes.
    func line<Value: Sendable>(timeout: Int = 60, _ match: @escaping @Sendable (String) -> Value?) async throws -> Value
    {
        try await output.first(timeout: timeout, match)
    }

    /// Runs the command line against this node.
    @discardableResult
    func cli(_ arguments: String..., input: String? = nil) async throws -> CommandResult {
        try await Command.run(
            Binary.path, arguments, in: folder.path, environment: ["MAINSPRING_URL": url], input: input)
    }

    /// `job add … -o json --wait`, as a document.
    func runJob(_ kind: String, _ arguments: String..., wait: String = "30s") async throws -> JSONValue {
        let added = try await Command.run(
            Binary.path, ["job", "add", kind] + arguments + ["--wait", wait, "-o", "json"], in: folder.path,
            environment: ["MAINSPRING_URL": url])
        return try #require(try? JSONParser.parse(added.output), "\(added.errors)\(added.output)")
    }

    func get(_ path: String) async throws -> (status: Int, body: JSONValue) {
        let answer = try await RawHTTP.request(port: port, "GET", path)
        return (answer.status, (try? JSONParser.parse(answer.body)) ?? .null)
    }

    func job(_ id: String) async throws -> JSONValue { try await get("/v1/jobs/\(id)").body }
}

/// The built program.
enum Binary {
    static let packageRoot = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path

    /// `MAINSPRING_BINARY` names another one, for instance the release build.
    static let path =
        ProcessInfo.processInfo.environment["MAINSPRING_BINARY"] ?? "\(packageRoot)/.build/debug/mainspring"
}
