import ArgumentParser

/// What `-o` takes.
enum OutputFormat: String, CaseIterable, ExpressibleByArgument, Sendable {
    /// For people.
    case table
    /// One document.
    case json
    /// One compact document per line and item.
    case jsonl
}
