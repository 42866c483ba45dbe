import Glibc
import MainspringCore
import MainspringRuntime
import Synchronization

/// A temporary folder with a ledger, and a spawner on it.
final class ProcessKit: Sendable {
    let folder: String
    let ledgerPath: String
    let ledger: ProcessLedger
    let spawner: GroupSpawner

    init(time: any TimeSource = SystemTime(), leftoverGrace: Duration = .seconds(5)) throws {
        folder = Self.makeFolder()
        ledgerPath = folder + "/children"
        ledger = try ProcessLedger(path: ledgerPath)
        spawner = try GroupSpawner(ledger: ledger, time: time, leftoverGrace: leftoverGrace)
    }

    deinit { Self.removeFolder(folder) }

    func start(
        _ argv: [String], environment: [String: String] = ["PATH": "/usr/bin:/bin"], input: String? = nil
    )
        throws -> RunningChild
    {
        try start(
            CommandSpec(
                argv: argv, environment: environment, workingDirectory: folder,
                standardInput: input.map { Array($0.utf8) }))
    }

    func start(_ command: CommandSpec) throws -> RunningChild {
        let output = OutputCollector()
        let process = try spawner.spawn(command) { output.append($0, $1) }
        return RunningChild(process: process, output: output)
    }

    func shell(_ script: String, input: String? = nil) throws -> RunningChild {
        try start(["/bin/sh", "-c", script], input: input)
    }

    func run(_ script: String, input: String? = nil) async throws -> (status: ExitStatus, output: String) {
        let child = try shell(script, input: input)
        let status = await child.process.waitUntilGone()
        return (status, child.output.text)
    }

    func write(_ text: String, to name: String, mode: mode_t = 0o755) -> String {
        let path = "\(folder)/\(name)"
        let draft = path + ".draft"
        let file = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        _ = Glibc.write(file, text, text.utf8.count)
        close(file)
        // Copied by another process: a child that some other test forks at this moment holds what is open for writing here
        // until its own exec, and the kernel starts no program that is open for writing.
        // Not Foundation's: its wait ends only when every child that was forked meanwhile has ended too.
        var words: [UnsafeMutablePointer<CChar>?] = ["/bin/cp", "-p", draft, path].map { (word: String) in strdup(word)
        }
        words.append(nil)
        defer { for word in words { free(word) } }
        var copy = pid_t()
        var status: Int32 = 0
        if posix_spawn(&copy, "/bin/cp", nil, nil, &words, environ) == 0 { waitpid(copy, &status, 0) }
        unlink(draft)
        return path
    }

    static func makeFolder() -> String {
        var template = Array("/tmp/mainspring-test-XXXXXX".utf8CString)
        return template.withUnsafeMutableBufferPointer { String(cString: mkdtemp($0.baseAddress!)) }
    }

    static func removeFolder(_ path: String) {
        for name in ["children", "children.new"] + (0..<10).map({ "file\($0)" }) { unlink("\(path)/\(name)") }
        rmdir("\(path)/folder")
        rmdir(path)
    }
}

struct RunningChild {
    let process: any ChildProcess
    let output: OutputCollector
}

/// Keeps what a child wrote and lets a test wait for it.
final class OutputCollector: Sendable {
    private struct State {
        var standardOutput: [UInt8] = []
        var standardError: [UInt8] = []
        var waiters: [(lines: Int, continuation: CheckedContinuation<Void, Never>)] = []

        var lineCount: Int { standardOutput.count { $0 == UInt8(ascii: "\n") } }
    }

    private let state = Mutex(State())

    var text: String { String(decoding: state.withLock { $0.standardOutput }, as: UTF8.self) }
    var errorText: String { String(decoding: state.withLock { $0.standardError }, as: UTF8.self) }

    func append(_ stream: OutputStream, _ bytes: [UInt8]) {
        let ready = state.withLock { state in
            if stream == .standardOutput { state.standardOutput += bytes } else { state.standardError += bytes }
            let count = state.lineCount
            let ready = state.waiters.filter { $0.lines <= count }.map(\.continuation)
            state.waiters.removeAll { $0.lines <= count }
            return ready
        }
        for continuation in ready { continuation.resume() }
    }

    /// Suspends until the child has written this many lines.
    func lines(_ count: Int) async -> [String] {
        await withCheckedContinuation { continuation in
            let isReady = state.withLock { state in
                if state.lineCount >= count { return true }
                state.waiters.append((count, continuation))
                return false
            }
            if isReady { continuation.resume() }
        }
        return text.split(separator: "\n").map(String.init)
    }
}

enum ProcessTable {
    /// Runs; a zombie does not.
    static func isAlive(_ pid: Int32) -> Bool {
        guard let stat = readFile("/proc/\(pid)/stat"), let end = stat.lastIndex(of: ")") else { return false }
        return !stat[end...].hasPrefix(") Z") && !stat[end...].hasPrefix(") X")
    }

    static func startTime(_ pid: Int32) -> String? {
        guard let stat = readFile("/proc/\(pid)/stat"), let end = stat.lastIndex(of: ")") else { return nil }
        return String(stat[end...].split(separator: " ")[20])
    }

    static func waitUntilDead(_ pids: [Int32]) async throws -> Bool {
        try await eventually { !pids.contains(where: isAlive) }
    }

    /// False when it had not come after fifty seconds: a bound for a broken build, not for a busy machine.
    static func eventually(_ condition: () -> Bool) async throws -> Bool {
        let time = SystemTime()
        let end = time.monotonic() + .seconds(50)
        while !condition() {
            guard time.monotonic() < end else { return false }
            try await time.sleep(for: .milliseconds(2))
        }
        return true
    }

    static func readFile(_ path: String) -> String? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while case let count = read(file, &buffer, buffer.count), count > 0 { text += buffer[..<count] }
        return String(decoding: text, as: UTF8.self)
    }
}
