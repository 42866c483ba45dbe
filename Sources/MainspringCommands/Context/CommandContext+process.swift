import Glibc
public import MainspringCore

extension CommandContext {
    /// This process: its environment, its streams, its terminal.
    public static func process(time: any TimeSource, program: any NodeProgram) -> CommandContext {
        let environment = processEnvironment()
        return CommandContext(
            environment: environment, directory: workingFolder(),
            output: Output(terminal: .of(descriptor: STDOUT_FILENO, environment: environment)) {
                try write($0, to: STDOUT_FILENO)
            },
            messages: Output(terminal: .of(descriptor: STDERR_FILENO, environment: environment)) {
                try write($0, to: STDERR_FILENO)
            },
            readInput: readStandardInput, interrupts: InterruptSignal.stream, time: time, program: program)
    }

    private static func processEnvironment() -> [String: String] {
        var variables: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee {
            let pair = String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if pair.count == 2 { variables[String(pair[0])] = String(pair[1]) }
            entry += 1
        }
        return variables
    }

    private static func workingFolder() -> String {
        guard let path = getcwd(nil, 0) else { return "." }
        defer { free(path) }
        return String(cString: path)
    }

    /// A reader that has gone away, as in `| head`, is no error.
    private static func write(_ bytes: [UInt8], to descriptor: Int32) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno == EPIPE {
                return
            } else if errno != EINTR {
                throw MainspringError(
                    "output_failed", "the output could not be written", cause: String(cString: strerror(errno)),
                    hint: "See where the output goes and whether there is room.")
            }
        }
    }

    private static func readStandardInput(limit: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = chunk.withUnsafeMutableBytes { read(STDIN_FILENO, $0.baseAddress, $0.count) }
            if count == 0 { return bytes }
            if count > 0 {
                bytes += chunk[..<count]
                guard bytes.count <= limit else {
                    throw MainspringError(.tooLarge, "standard input is longer than \(limit) bytes", hint: "Send less.")
                }
            } else if errno != EINTR {
                throw MainspringError(
                    "input_failed", "standard input could not be read", cause: String(cString: strerror(errno)),
                    hint: "Pass the arguments on the command line.")
            }
        }
    }
}
