import Logging
import MainspringCore
import MainspringRuntime

/// Takes over a changed configuration file while the node runs: what can be, and says what cannot.
actor Reloader {
    private var running: Configuration
    private let supervisor: Supervisor
    private let children: @Sendable (Configuration) -> ConfiguredChildren
    private let level: LogLevel
    private let logger: Logger
    private var isReloading = false
    private var isAskedAgain = false

    init(
        _ configuration: Configuration, supervisor: Supervisor, level: LogLevel, logger: Logger,
        children: @escaping @Sendable (Configuration) -> ConfiguredChildren
    ) {
        running = configuration
        self.supervisor = supervisor
        self.level = level
        self.logger = logger
        self.children = children
    }

    /// Returns when what was removed has stopped, and all that is new or changed was told to start. One that is asked for
    /// meanwhile comes after it, and answers false at once: its end is that of the first.
    func reload() async -> Bool {
        guard !isReloading else {
            isAskedAgain = true
            return false
        }
        isReloading = true
        repeat {
            isAskedAgain = false
            await reloadOnce()
        } while isAskedAgain
        isReloading = false
        return true
    }

    private func reloadOnce() async {
        let new: Configuration
        do {
            new = try running.reloaded()
        } catch {
            for line in error.reloadLines { logger.error("Reload: \(line)") }
            return
        }
        let change = ConfigurationChange(from: running, to: new)
        for line in change.lines { logger.notice("Reload: \(line)") }
        for warning in new.warnings { logger.warning("\(warning)") }
        if let level = change.logLevel { self.level.set(level) }
        running = change.result
        let changed = Set(change.stops).intersection(change.starts)
        for path in change.stops where !changed.contains(path) { await remove(path) }
        let source = children(change.result)
        for path in change.starts {
            guard let child = source.child(at: path) else { continue }
            if changed.contains(path) { replace(path, by: child) } else { add(child, to: path.group) }
        }
    }

    /// A child that does not end is left behind: then nothing new starts under its name, and the log says so.
    private func remove(_ path: SupervisedPath) async {
        do {
            let isGone = try await withCheckedThrowingContinuation { continuation in
                do {
                    try supervisor.remove("\(path)") { continuation.resume(returning: $0) }
                } catch {
                    continuation.resume(throwing: error)
                }
            }
            if !isGone { logger.error("Reload: \(path) does not end; it is not started again") }
        } catch {
            logger.error("Reload: \(path) cannot be stopped", metadata: ["error": "\(error)"])
        }
    }

    private func replace(_ path: SupervisedPath, by child: Supervisor.Child) {
        do {
            try supervisor.replace("\(path)", by: child)
        } catch {
            logger.error("Reload: \(path) cannot be replaced", metadata: ["error": "\(error)"])
        }
    }

    private func add(_ child: Supervisor.Child, to group: String?) {
        do {
            let owner = try group.map { try supervisor.group($0) } ?? supervisor
            try owner.add(child)
        } catch {
            logger.error("Reload: \(child.spec.name) cannot be started", metadata: ["error": "\(error)"])
        }
    }
}
