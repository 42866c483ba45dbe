import Dispatch
import Foundation
import Synchronization

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
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        process.environment = baseEnvironment.merging(environment) { $1 }
        let output = Pipe()
        let errors = Pipe()
        let stdin = Pipe()
        process.standardOutput = output
        process.standardError = errors
        process.standardInput = stdin
        try process.run()
        if let input { try stdin.fileHandleForWriting.write(contentsOf: Data(input.utf8)) }
        try stdin.fileHandleForWriting.close()
        async let out = readToEnd(output.fileHandleForReading)
        async let err = readToEnd(errors.fileHandleForReading)
        let texts = await (out, err)
        return await onThread {
            process.waitUntilExit()
            return CommandResult(
                status: process.terminationReason == .exit
                    ? process.terminationStatus : 128 + process.terminationStatus,
                output: texts.0, errors: texts.1)
        }
    }

    static let baseEnvironment = [
        "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/tmp", "LANG": "C.UTF-8", "TZ": "UTC",
    ]

    private static func readToEnd(_ handle: FileHandle) async -> String {
        let unchecked = UncheckedHandle(handle: handle)
        return await onThread { String(decoding: (try? unchecked.handle.readToEnd()) ?? Data(), as: UTF8.self) }
    }

    /// Blocking calls run on a thread of their own, never on the concurrency pool.
    static func onThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: body()) }
        }
    }
}

/// Unchecked: one thread reads the handle.
private struct UncheckedHandle: @unchecked Sendable {
    let handle: FileHandle
}
