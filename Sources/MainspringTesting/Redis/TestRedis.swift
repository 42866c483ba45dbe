import Foundation
import MainspringCore
import Synchronization

/// A private redis-server: its own folder, its own sockets, and it dies with the test.
///
/// It only starts and signals processes; what speaks to the server here is redis-cli. `MAINSPRING_REDIS_SERVER` names another
/// program to run, such as Valkey's.
package final class TestRedis: Sendable {
    /// Short, as a socket's path has room for about a hundred bytes.
    package let folder: String
    package let port: Int?
    private let options: TestRedisOptions
    private let life: Mutex<RedisLife>

    package var socket: String { "\(folder)/redis.sock" }
    /// The certificate of the throwaway authority, with TLS.
    package var authorityFile: String { "\(folder)/authority.crt" }
    package var pid: Int32 { life.withLock { $0.pid } }

    private init(folder: String, port: Int?, options: TestRedisOptions, life: RedisLife) {
        self.folder = folder
        self.port = port
        self.options = options
        self.life = Mutex(life)
    }

    deinit {
        life.withLock { $0.signal(SIGKILL) }
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Returns when it takes connections.
    package static func start(_ options: TestRedisOptions = TestRedisOptions()) async throws -> TestRedis {
        let folder = "/tmp/mspr-redis-\(UUID().uuidString.prefix(13))"
        do {
            try FileManager.default.createDirectory(atPath: "\(folder)/data", withIntermediateDirectories: true)
            try link(program(), in: folder)
            if options.hasTLS { try await TestAuthority.make(in: folder) }
            if !options.users.isEmpty {
                try Data((options.users.joined(separator: "\n") + "\n").utf8)
                    .write(to: URL(fileURLWithPath: "\(folder)/users.acl"))
            }
            // Another process may take the port between the look and the server's own attempt.
            for attempt in 1... {
                let port = options.hasPort || options.hasTLS ? try FreePort.find() : nil
                do {
                    let life = try await begin(in: folder, options, port: port)
                    try await life.ready()
                    return TestRedis(folder: folder, port: port, options: options, life: life)
                } catch  where port != nil && attempt < 5 && "\(error)".contains("Address already in use") {}
            }
        } catch {
            try? FileManager.default.removeItem(atPath: folder)
            throw error
        }
        throw MainspringError(.noFreePort, "no port for redis-server")
    }

    private static func begin(in folder: String, _ options: TestRedisOptions, port: Int?) async throws -> RedisLife {
        try Data(options.configuration(in: folder, port: port).utf8)
            .write(to: URL(fileURLWithPath: "\(folder)/redis.conf"))
        return try await RedisLife.begin(in: folder)
    }

    /// Debian's redis-tools holds the server under the name of one of its tools, and starts no service as redis-server does.
    private static func program() throws -> String {
        let named = ProcessInfo.processInfo.environment["MAINSPRING_REDIS_SERVER"]
        let usual = ["/usr/bin/redis-server", "/usr/local/bin/redis-server", "/usr/bin/redis-check-rdb"]
        guard
            let program = (named.map { [$0] } ?? usual).first(where: FileManager.default.isExecutableFile(atPath:))
        else {
            throw MainspringError(
                .spawnFailed, "there is no redis-server here",
                hint: "run scripts/setup test, which installs redis-tools")
        }
        return program
    }

    private static func link(_ program: String, in folder: String) throws {
        try FileManager.default.createSymbolicLink(
            atPath: "\(folder)/redis-server", withDestinationPath: program)
    }

    // MARK: What a server goes through

    /// Dies at once, and is gone when this returns.
    package func kill() async {
        let life = life.withLock { $0 }
        life.signal(SIGKILL)
        await life.end()
    }

    /// Answers nothing, but stays connected.
    package func stop() { life.withLock { $0.stop() } }
    package func proceed() { life.withLock { $0.signal(SIGCONT) } }

    /// Kills it if it runs, and starts it on the same data and the same sockets. Without `waiting` it may be loading yet.
    /// `adding` are lines of `redis.conf` for this life only.
    package func restart(adding lines: [String] = [], waiting: Bool = true) async throws {
        await kill()
        var options = options
        options.lines += lines
        let next = try await Self.begin(in: folder, options, port: port)
        life.withLock { $0 = next }
        if waiting { try await next.ready() }
    }

    package func restartEmpty() async throws {
        await kill()
        try FileManager.default.removeItem(atPath: "\(folder)/data")
        try FileManager.default.createDirectory(atPath: "\(folder)/data", withIntermediateDirectories: true)
        try await restart()
    }

    /// As if the machine had lost what was written since ``copyData()``.
    package func restart(with copy: DataCopy) async throws {
        await kill()
        try FileManager.default.removeItem(atPath: "\(folder)/data")
        try FileManager.default.copyItem(atPath: copy.path, toPath: "\(folder)/data")
        try await restart()
    }

    /// Answers `LOADING` for about `seconds` after it was started again: it loads as many more keys, slowly. Needs
    /// `appendOnly`. Returns while it loads.
    package func restartLoading(seconds: Int) async throws {
        // Each costs a system timer's wait of about 60 µs besides; between 1024 of them it answers.
        let keys = seconds * 8192
        try await cli(
            "EVAL", "for i = 1, ARGV[1] do redis.call('SET', 'filler:' .. i, 'x') end", "0", "\(keys)")
        try await restart(adding: ["key-load-delay 60"], waiting: false)
        // Its sockets are there once it loads.
        await life.withLock { $0 }.logged("Server initialized")
    }

    /// Suspends until it takes writes again, after ``restart(adding:waiting:)`` without waiting.
    package func ready() async throws { try await life.withLock { $0 }.ready() }

    package struct DataCopy: Sendable {
        fileprivate var path: String
    }

    /// Its append-only file as it is now; the server keeps running.
    package func copyData() throws -> DataCopy {
        let path = "\(folder)/copy-\(UUID().uuidString)"
        try FileManager.default.copyItem(atPath: "\(folder)/data", toPath: path)
        return DataCopy(path: path)
    }

    package func flushAll() async throws { try await cli("FLUSHALL") }

    /// Runs one command through redis-cli on the Unix socket and returns what it prints; throws on an error reply. Hangs while
    /// the server is stopped.
    @discardableResult
    package func cli(_ words: String...) async throws -> String {
        let (output, errors) = (try TestPipe(), try TestPipe())
        var environment = ["PATH": "/usr/local/bin:/usr/bin:/bin"]
        environment["REDISCLI_AUTH"] = options.password
        let process = try SpawnedProcess(
            "/usr/bin/env", ["redis-cli", "-e", "-s", socket] + words, environment: environment,
            output: output.writing, errors: errors.writing)
        async let printed = output.text()
        async let complaint = errors.text()
        let status = await process.end()
        let (text, trouble) = (await printed, await complaint)
        guard status == 0 else {
            throw MainspringError(
                .storeFailed, "redis-cli \(words.first ?? "") ended with \(status)", cause: text + trouble)
        }
        return text.hasSuffix("\n") ? String(text.dropLast()) : text
    }
}
