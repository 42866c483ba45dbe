import ArgumentParser
import MainspringCore

/// A duration on the command line: `250ms`, `30s`, `5m`, `12h`, `7d`, `1h30m`.
struct DurationOption: ExpressibleByArgument, Sendable, Equatable {
    let value: Duration

    init?(argument: String) {
        guard let value = Duration(text: argument) else { return nil }
        self.value = value
    }
}
