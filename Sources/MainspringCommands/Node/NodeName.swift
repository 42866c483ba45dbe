import ArgumentParser
import MainspringCore

/// The node that a command is about: by default the one that it talks to.
struct NodeName: ParsableArguments {
    @Argument(help: "A node of the same store, as 'node ls' names it; by default the one that is asked.")
    var name: String?

    func resolved(by client: NodeClient) async throws -> String {
        if let name { return name }
        return try await client.get("node")["node"]?.string ?? ""
    }
}
