import MainspringCore

/// The only way to standard output and standard error: whatever is written is made fit for a terminal here.
public struct Output: Sendable {
    public let terminal: Terminal
    private let write: @Sendable ([UInt8]) throws -> Void

    public init(terminal: Terminal, write: @escaping @Sendable ([UInt8]) throws -> Void) {
        self.terminal = terminal
        self.write = write
    }

    /// Lines of text; control characters in it are shown, not sent.
    func text(_ text: String) throws {
        let safe = Printable.lines(text)
        try write(Array((safe.hasSuffix("\n") ? safe : safe + "\n").utf8))
    }

    func table(_ table: Table) throws {
        let lines = table.lines(for: terminal)
        try write(Array(lines.map { $0 + "\n" }.joined().utf8))
    }

    /// Without loss: what a terminal could take for a command is escaped as JSON escapes it.
    func json(_ value: JSONValue, pretty: Bool = false) throws {
        try write(Array((Printable.json(pretty ? value.prettyText : value.compactText) + "\n").utf8))
    }
}
