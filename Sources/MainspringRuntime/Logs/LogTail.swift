/// The last lines of a service's output, bounded in number and size; pure.
struct LogTail: Sendable {
    static let lineLimit = 1000
    static let byteLimit = 256 * 1024

    private var lines: [String] = []
    private var bytes = 0
    /// Lines at the front that count as gone; removed together, so that a line costs constant time on average.
    private var gone = 0

    mutating func append(_ line: String) {
        lines.append(line)
        bytes += line.utf8.count
        while lines.count - gone > Self.lineLimit || bytes > Self.byteLimit, gone < lines.count - 1 {
            bytes -= lines[gone].utf8.count
            lines[gone] = ""
            gone += 1
        }
        if gone >= Self.lineLimit {
            lines.removeFirst(gone)
            gone = 0
        }
    }

    /// Oldest first.
    func last(_ count: Int) -> [String] { Array(lines.dropFirst(gone).suffix(max(0, count))) }
}
