import Foundation

/// A folder that is gone at the end.
final class Folder {
    private let path = NSTemporaryDirectory() + "mainspring-bench-" + UUID().uuidString

    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(atPath: path) }
    func file(_ name: String) -> String { "\(path)/\(name)" }
}
