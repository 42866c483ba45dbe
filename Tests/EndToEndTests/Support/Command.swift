import Foundation
import MainspringTesting

/// A finished command.
struct CommandResult: Sendable {
    var status: Int32
    var output: String
    var errors: String
}

/// Runs programs as a user would, with a small environment of their own.
enum Command {
    static func run(
        _ program: String, _ arguments: [String], in folder: String, environment: [String: String] = [:],
        input: String? = nil
    ) async throws -> CommandResult {
        let (stdin, stdout, stderr) = (try TestPipe(), try TestPipe(), try TestPipe())
        let process = try SpawnedProcess(
            program, arguments, in: folder, environment: baseEnvironment.merging(environment) { $1 },
            input: stdin.readingEnd, output: stdout.writing, errors: stderr.writing)
        stdin.write(Array((input ?? "").utf8))
        async let output = stdout.text()
        async let errors = stderr.text()
        return CommandResult(status: await process.end(), output: await output, errors: await errors)
    }

    static let baseEnvironment = [
        "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/tmp", "LANG": "C.UTF-8", "TZ": "UTC",
    ]

    /// Blocking calls run on a thread of their own, never on the concurrency pool.
    static func onThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: body()) }
        }
    }
}
