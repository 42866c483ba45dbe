/// Whose the process is that a node runs in.
enum NodeEmbedding: Sendable {
    /// The node's: it hears signals, writes on the terminal, and ends the process when nobody else can.
    case process
    /// Somebody else's: it does none of that.
    case guest
}
