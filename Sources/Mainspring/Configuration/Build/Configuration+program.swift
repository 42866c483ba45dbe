import Glibc
import MainspringCore

extension Configuration {
    /// For a program in Swift: of the file at `path`, or without one, named for the program.
    static func ofProgram(_ path: String?) throws(ConfigurationErrors) -> Configuration {
        let environment = processEnvironment()
        if let path { return try load(path: path, environment: environment) }
        let directory = currentDirectory()
        return try read(
            "name: \(validName(from: programName))", file: "the program", directory: directory,
            workingDirectory: directory, environment: environment, hostName: hostName())
    }

    private static var programName: String {
        CommandLine.arguments.first?.split(separator: "/").last.map(String.init) ?? ""
    }

    private static func processEnvironment() -> [String: String] {
        var variables: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee {
            let parts = String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
            entry += 1
        }
        return variables
    }
}
