import Glibc

/// What Linux tells about the threads of this process.
enum ThreadReader {
    struct Entry: Sendable, Hashable {
        var id: Int32
        var name: String
        var state: Character
    }

    /// In no order. A thread that ends meanwhile may be left out.
    static func read() -> [Entry] {
        guard let folder = opendir("/proc/self/task") else { return [] }
        defer { closedir(folder) }
        var entries: [Entry] = []
        while let item = readdir(folder) {
            let name = withUnsafeBytes(of: item.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if let id = Int32(name), let entry = entry(id) { entries.append(entry) }
        }
        return entries
    }

    /// `1234 (name) S …`: the name may itself hold spaces and parentheses.
    private static func entry(_ id: Int32) -> Entry? {
        let descriptor = open("/proc/self/task/\(id)/stat", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 512)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        guard count > 0 else { return nil }
        let text = String(decoding: bytes[..<count], as: UTF8.self)
        guard let start = text.firstIndex(of: "("), let end = text.lastIndex(of: ")"), start < end,
            let state = text[end...].dropFirst(2).first
        else { return nil }
        return Entry(id: id, name: String(text[text.index(after: start)..<end]), state: state)
    }
}
