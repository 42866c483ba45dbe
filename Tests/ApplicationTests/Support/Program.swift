import Foundation
import Logging
import MainspringTesting
import Synchronization

@testable import Mainspring

/// A program of a test: an application in a folder of its own, as a guest in this process.
struct Program: Sendable {
    let diary = Diary()
    let folder = Folder()
    var settings = ""
    var store = "memory"

    /// Nothing in a program is cut at its stop, which is short whatever it may take.
    func configuration() throws -> Configuration {
        try Configuration.read(
            "store: \(store)\nhttp: { bind: \"127.0.0.1:0\" }\nshutdown: { grace: 30s, cancel: 30s }\n\(settings)",
            file: "mainspring.yaml", directory: folder.path, workingDirectory: folder.path,
            environment: ["PATH": "/usr/bin:/bin"], hostName: "test")
    }

    func service(_ configure: @escaping @Sendable (MainspringApplication) throws -> Void) throws -> MainspringService {
        MainspringService(
            try configuration(), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, configure: configure)
    }

    /// Runs what was declared elsewhere.
    @concurrent func run(_ app: MainspringApplication) async throws -> ShutdownResult {
        let configuration = try configuration()
        let node = try await Node(
            configuration, declarations: app.declarations, embedding: .guest,
            log: NodeLog(configuration, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }),
            time: SystemTime())
        app.attach(node.handle)
        return await node.run()
    }

    /// Declares what tells the order of things: a resource, both hooks, and a service that ends when it is told.
    func declareAll(_ app: MainspringApplication, ready: Moment = Moment()) {
        app.provide(
            Pool.self, closing: { [diary] _ in diary.write("close pool") },
            make: { [diary] in
                diary.write("make pool")
                return Pool()
            })
        app.onStart("migrate") { [diary] context in
            _ = try context[Pool.self]
            diary.write("start hook")
        }
        app.onShutdown("flush") { [diary] context in
            _ = try context[Pool.self]
            diary.write("shutdown hook")
        }
        app.service("feed") { [diary] context in
            _ = try context[Pool.self]
            diary.write("feed runs")
            ready.notify()
            await context.untilStopping()
            diary.write("feed ends")
        }
    }

    static let wholeLife = [
        "make pool", "start hook", "feed runs", "feed ends", "shutdown hook", "close pool",
    ]
}

struct Pool: Sendable {}

/// What happened, in order.
final class Diary: Sendable {
    private let stored = Mutex<[String]>([])
    var lines: [String] { stored.withLock { $0 } }
    func write(_ line: String) { stored.withLock { $0.append(line) } }
}

/// A folder for one test; gone with it.
final class Folder: Sendable {
    let path = NSTemporaryDirectory() + "mainspring-app-" + UUID().uuidString.prefix(8)
    init() { try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// `Signal` is a type of the snippets here.
typealias Moment = MainspringTesting.Signal
