internal import CMainspringSpawn
import Glibc
import MainspringCore

/// Finds the program of a command as its child would, and explains why a program could not be run.
struct ExecutableLookup {
    let command: CommandSpec

    /// The path to run. A name without a slash is looked up in the PATH of the command's environment, whose relative
    /// folders start at its working directory.
    func resolve() throws -> String {
        guard let name = command.argv.first, !name.isEmpty else {
            throw failure("the command is empty", hint: "Give it a program to run.")
        }
        guard !name.contains("/") else {
            try check(name)
            return name
        }
        let folders = (command.environment["PATH"] ?? "").split(separator: ":", omittingEmptySubsequences: false)
        var found: String?
        for folder in folders where !folder.isEmpty {
            let candidate = "\(folder)/\(name)"
            guard let kind = kind(candidate), kind != S_IFDIR else { continue }
            if access(absolute(candidate), X_OK) == 0 { return candidate }
            found = found ?? candidate
        }
        if let found { try check(found) }
        throw failure(
            "the program \(name) was not found", cause: "PATH is \(command.environment["PATH"] ?? "not set")",
            hint: "Install it, or give its path."
        )
    }

    private func check(_ path: String) throws {
        guard let kind = kind(path) else {
            let cause = SystemError.words(errno)
            throw failure(
                "the program \(path) was not found", cause: cause,
                hint: path.hasPrefix("/") ? nil : "It is looked for in \(command.workingDirectory)."
            )
        }
        guard kind != S_IFDIR else {
            throw failure("the program \(path) is a directory", hint: "Name the program inside it.")
        }
        guard access(absolute(path), X_OK) == 0 else {
            throw failure(
                "the program \(path) is not executable", cause: SystemError.words(errno), hint: "chmod +x \(path)")
        }
    }

    /// Refuses what a child cannot be given: the operating system would cut a string at its first NUL.
    func refuseUnpassable() throws {
        guard !command.argv.contains(where: { $0.utf8.contains(0) }) else {
            throw failure("an argument holds a NUL", hint: "Pass such data through standard input.")
        }
        for (name, value) in command.environment {
            guard !name.isEmpty, !name.contains("="), !name.utf8.contains(0), !value.utf8.contains(0) else {
                throw failure("the environment variable \(name.debugDescription) cannot be passed to a program")
            }
        }
        guard !command.workingDirectory.utf8.contains(0) else { throw failure("the working directory holds a NUL") }
    }

    /// Why a child did not get as far as its program.
    func explain(_ child: mspr_child, _ path: String) -> MainspringError {
        let words = SystemError.words(child.failed_errno)
        switch UInt32(child.failed_step) {
        case MSPR_STEP_EXEC.rawValue: return explainExec(path, child.failed_errno)
        case MSPR_STEP_CLONE.rawValue:
            return failure(
                "no process could be made for \(path)", cause: words,
                hint: "Check the limit on processes (ulimit -u) and the memory that is free."
            )
        case MSPR_STEP_DIRECTORY.rawValue:
            return failure("the working directory \(command.workingDirectory) cannot be entered", cause: words)
        case MSPR_STEP_RECORD.rawValue:
            return failure(
                "\(path) was not started, because it could not be recorded in the state folder", cause: words,
                hint: "Make room on its disk."
            )
        case MSPR_STEP_CLOSE.rawValue:
            return failure("\(path) was not started", cause: words, hint: "Linux 5.9 or later is needed (close_range).")
        default: return failure("\(path) was not started", cause: words)
        }
    }

    /// Why the operating system refused to run a program that is there.
    private func explainExec(_ path: String, _ number: Int32) -> MainspringError {
        let words = SystemError.words(number)
        switch number {
        case ENOENT, ENOTDIR:
            guard let interpreter = interpreter(of: path) else {
                return failure(
                    "the program \(path) cannot be run: its loader is missing", cause: words,
                    hint: "It was built for another system."
                )
            }
            return failure(
                "the program \(path) cannot be run: its interpreter \(interpreter) does not exist", cause: words,
                hint: "Install the interpreter, or correct the first line of \(path)."
            )
        case ENOEXEC:
            return failure(
                "\(path) is not a program", cause: words, hint: "A script's first line names its interpreter: #!/bin/sh"
            )
        case E2BIG:
            return failure(
                "the arguments and the environment of \(path) are too long", cause: words,
                hint: "Pass large values through standard input."
            )
        default:
            return failure("the program \(path) cannot be run", cause: words)
        }
    }

    func failure(_ message: String, cause: String? = nil, hint: String? = nil) -> MainspringError {
        MainspringError(.spawnFailed, message, cause: cause, hint: hint)
    }

    /// The file type bits; nil when there is no such file.
    private func kind(_ path: String) -> mode_t? {
        var status = stat()
        return stat(absolute(path), &status) == 0 ? status.st_mode & S_IFMT : nil
    }

    private func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : "\(command.workingDirectory)/\(path)"
    }

    private func interpreter(of path: String) -> String? {
        let descriptor = open(absolute(path), O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = read(descriptor, &bytes, bytes.count)
        guard count > 2, bytes[0] == UInt8(ascii: "#"), bytes[1] == UInt8(ascii: "!") else { return nil }
        let line = bytes[2..<count].prefix { $0 != UInt8(ascii: "\n") }
        return String(decoding: line, as: UTF8.self).split(separator: " ").first.map(String.init)
    }
}
