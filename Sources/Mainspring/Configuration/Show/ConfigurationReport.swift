/// What `config check` and `run` say about a configuration.
public enum ConfigurationReport {
    /// One problem per line, then their number.
    public static func text(of errors: ConfigurationErrors) -> String {
        let count = errors.problems.count
        return
            "\(errors.description)\n\(count) problem\(count == 1 ? "" : "s") in the configuration\n"
    }

    /// One line for a configuration that is valid.
    public static func text(of configuration: Configuration) -> String {
        func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
        let parts = [
            count(configuration.queues.count, "queue"), count(configuration.jobs.count, "job kind"),
            count(configuration.services.count, "service"), count(configuration.schedules.count, "schedule"),
        ]
        return "\(configuration.file): valid: \(parts.joined(separator: ", "))\n"
    }
}
