/// One thing that is wrong with a configuration, or that is valid and may surprise. It never quotes a secret.
public struct ConfigurationProblem: Sendable, Equatable, CustomStringConvertible {
    /// Where the value came from: the file's path, or the name of an environment variable or a flag.
    public let source: String
    /// Counted from 1; nil outside of a file.
    public let line: Int?
    /// The key's path, for instance `jobs.scan.timeout`; empty for the document itself.
    public let key: String
    /// What is wrong, without the key.
    public let message: String
    /// The nearest valid key or value, or the next step.
    public let hint: String?

    public init(source: String, line: Int?, key: String, message: String, hint: String? = nil) {
        self.source = source
        self.line = line
        self.key = key
        self.message = message
        self.hint = hint
    }

    /// `mainspring.yaml:12: jobs.scan.time_out: unknown key; did you mean 'timeout'?`
    public var description: String {
        var text = source
        if let line { text += ":\(line)" }
        if !key.isEmpty { text += ": \(key)" }
        text += ": \(message)"
        if let hint { text += "; \(hint)" }
        return text
    }
}
