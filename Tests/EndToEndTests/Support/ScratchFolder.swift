import Foundation

/// A folder for one test; gone with it.
final class ScratchFolder: Sendable {
    let path: String

    /// Writes the configuration and the scripts (executable) into a new folder.
    init(config: String? = nil, scripts: [String: String] = [:]) throws {
        path = NSTemporaryDirectory() + "mainspring-e2e-" + UUID().uuidString.prefix(8)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        if let config { try write("mainspring.yaml", config) }
        for (name, text) in scripts { try writeScript(name, text) }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    func write(_ name: String, _ text: String) throws {
        try text.write(toFile: file(name), atomically: true, encoding: .utf8)
    }

    func writeScript(_ name: String, _ text: String) throws {
        try write(name, text)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file(name))
    }

    func read(_ name: String) -> String? { try? String(contentsOfFile: file(name), encoding: .utf8) }

    func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: file(name)) }

    func list(_ name: String = "") -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: file(name))) ?? []
    }
}
