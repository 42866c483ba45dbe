import Glibc
import MainspringCore

/// Finds the node a command is meant for; the order is `--url`, `--state`, `MAINSPRING_URL`, `MAINSPRING_STATE`,
/// `./mainspring.yaml`, `./.mainspring`.
struct NodeFinder {
    let context: CommandContext

    /// Throws `not_running` when the place is known but no node holds it, `malformed` for an impossible URL.
    func find(url: String?, state: String?) throws -> NodeAddress {
        if let url { return try address(url, from: "--url") }
        if let state { return try node(on: state, from: "--state") }
        if let url = variable("MAINSPRING_URL") { return try address(url, from: "MAINSPRING_URL") }
        if let state = variable("MAINSPRING_STATE") { return try node(on: state, from: "MAINSPRING_STATE") }
        if exists("mainspring.yaml") { return try node(on: configuredFolder(), from: "mainspring.yaml") }
        if exists(".mainspring") { return try node(on: ".mainspring", from: nil) }
        throw MainspringError(
            .notRunning, "no node is known here: this folder has neither mainspring.yaml nor .mainspring",
            hint: "Go to the node's folder, or name the node: --url http://127.0.0.1:8501. To start one: mainspring run"
        )
    }

    private func configuredFolder() throws -> String {
        let source = ConfigurationSource(
            path: "mainspring.yaml", directory: context.directory, environment: context.environment)
        return try context.program.stateFolder(source) ?? ".mainspring"
    }

    private func address(_ text: String, from source: String) throws -> NodeAddress {
        guard let address = NodeAddress(text) else {
            throw MainspringError(
                .malformed, "\(source) is no node's URL", hint: "It takes an origin such as http://127.0.0.1:8501.")
        }
        return address
    }

    private func node(on path: String, from source: String?) throws -> NodeAddress {
        let folder = StateFolder(path: context.absolute(path))
        let named = "the state folder \(path)" + (source.map { " (\($0))" } ?? "")
        guard folder.exists else {
            throw MainspringError(
                .notRunning, "no node runs: \(named) does not exist", hint: "Start one: mainspring run")
        }
        guard folder.isHeld else {
            throw MainspringError(.notRunning, "no node runs on \(named)", hint: "Start one: mainspring run")
        }
        guard let run = folder.run else {
            throw MainspringError(
                .notRunning, "the node on \(named) has not opened its port yet", hint: "Try again in a moment.")
        }
        return run.address
    }

    private func variable(_ name: String) -> String? {
        context.environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    private func exists(_ name: String) -> Bool {
        access(context.absolute(name), F_OK) == 0
    }
}
