import Glibc

/// What is known of the place where text goes.
public struct Terminal: Sendable, Equatable {
    /// Columns; nil when it is no terminal: then nothing is cut.
    public var width: Int?
    public var hasColor: Bool

    /// A pipe or a file.
    public static let none = Terminal(width: nil, hasColor: false)

    public init(width: Int?, hasColor: Bool) {
        self.width = width
        self.hasColor = hasColor
    }

    static func of(descriptor: Int32, environment: [String: String]) -> Terminal {
        guard isatty(descriptor) == 1 else { return .none }
        var size = winsize()
        _ = ioctl(descriptor, UInt(TIOCGWINSZ), &size)
        let columns = size.ws_col > 0 ? Int(size.ws_col) : environment["COLUMNS"].flatMap { Int($0) } ?? 80
        return Terminal(width: max(20, columns), hasColor: allowsColor(environment))
    }

    /// `NO_COLOR` counts when it is set to anything but nothing (no-color.org).
    static func allowsColor(_ environment: [String: String]) -> Bool {
        (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
    }
}
