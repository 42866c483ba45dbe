import ArgumentParser
import MainspringCore

/// An instant on the command line, in RFC 3339.
struct InstantOption: ExpressibleByArgument, Sendable, Equatable {
    let value: Timestamp

    init?(argument: String) {
        guard let value = Timestamp(rfc3339: argument) else { return nil }
        self.value = value
    }
}
