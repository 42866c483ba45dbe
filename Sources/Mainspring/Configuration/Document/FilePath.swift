/// Paths as text: made absolute, and tidied without asking the disk.
enum FilePath {
    static func absolute(_ path: String, in directory: String) -> String {
        let full = path.hasPrefix("/") ? path : "\(directory)/\(path)"
        var parts: [Substring] = []
        for part in full.split(separator: "/") where part != "." {
            // A `..` is kept as it is: behind a link its meaning is the disk's.
            parts.append(part)
        }
        return "/" + parts.joined(separator: "/")
    }

    /// The folder that holds the file.
    static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
