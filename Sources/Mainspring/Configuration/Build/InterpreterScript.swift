import MainspringExecutors

/// Finds arguments that would become part of a program's text: whoever chooses their value would choose what runs.
enum InterpreterScript {
    private struct Interpreter {
        /// Letters of options whose value is a program.
        var letters: Set<Character> = []
        var words: Set<String> = []
        /// Options that take the next element as their value, so that it is not the script's name.
        var valued: Set<String> = []
        /// Without such an option the first plain element is a program too, unless one of these options names a file.
        var firstIsProgram = false
        var fileOptions: Set<String> = []
    }

    /// The index of the first element that puts an argument into a program's text; nil when there is none.
    static func firstPlaceholder(in elements: [TextTemplate]) -> Int? {
        guard let program = elements.first else { return nil }
        let name = baseName(program.leadingText)
        if commandLines.contains(name) {
            return elements.indices.dropFirst().first { !elements[$0].arguments.isEmpty }
        }
        if let interpreter = interpreter(named: name) {
            return firstPlaceholder(in: elements, after: 0, of: interpreter)
        }
        guard let codeOptions = wrappers[name] else { return nil }
        var found: [Int] = []
        for index in elements.indices.dropFirst() {
            let text = elements[index].leadingText
            if let option = codeOptions.first(where: {
                text == $0 || text.hasPrefix($0) && !elements[index].arguments.isEmpty
            }) {
                let code = text == option ? index + 1 : index
                if code < elements.count, !elements[code].arguments.isEmpty { found.append(code) }
            }
            guard elements[index].arguments.isEmpty else { continue }
            let inner = Array(elements[index...])
            let isProgram =
                interpreter(named: baseName(text)) != nil || wrappers[baseName(text)] != nil
                || commandLines.contains(baseName(text))
            if isProgram, let offset = firstPlaceholder(in: inner) { found.append(index + offset) }
        }
        return found.min()
    }

    private static func firstPlaceholder(
        in elements: [TextTemplate], after program: Int, of interpreter: Interpreter
    )
        -> Int?
    {
        var isCode = false
        var namesFile = false
        var skips = false
        for index in elements.indices where index > program {
            let element = elements[index]
            let text = element.leadingText
            let hasArgument = !element.arguments.isEmpty
            if skips {
                skips = false
                continue
            }
            if isCode {
                if hasArgument { return index }
                // A shell reads further options before its program.
                if !text.hasPrefix("-"), !text.hasPrefix("+") { return nil }
                continue
            }
            guard text.hasPrefix("-") && text != "-" || interpreter.words.contains(text) else {
                return interpreter.firstIsProgram && !namesFile && hasArgument ? index : nil
            }
            if interpreter.fileOptions.contains(where: { text.hasPrefix($0) }) { namesFile = true }
            let word = text.prefix { $0 != "=" }
            if interpreter.words.contains(String(word)) {
                if hasArgument { return index }
                isCode = word.count == text.count
            } else if interpreter.valued.contains(text) || interpreter.fileOptions.contains(text) {
                skips = !hasArgument
            } else if !text.hasPrefix("--"), text.dropFirst().contains(where: { interpreter.letters.contains($0) }) {
                if hasArgument { return index }
                isCode = true
            }
        }
        return nil
    }

    private static func interpreter(named name: String) -> Interpreter? {
        if let interpreter = interpreters[name] { return interpreter }
        // python3.12, lua5.4, perl5.36, ruby3.1, php8.2, bash-5.2, nodejs20
        let stem = String(name.prefix { $0.isLetter })
        let rest = name.dropFirst(stem.count)
        return rest.allSatisfy { $0.isNumber || $0 == "." || $0 == "-" } ? interpreters[stem] : nil
    }

    private static func baseName(_ path: String) -> String {
        path.split(separator: "/").last.map { $0.lowercased() } ?? ""
    }

    /// Programs that run what follows as another program; of some, an option's value is a command line.
    private static let wrappers: [String: [String]] = [
        "env": ["-S", "--split-string", "-iS", "-vS"], "busybox": [], "toybox": [], "nice": [], "nohup": [],
        "timeout": [],
        "setsid": [], "stdbuf": [], "ionice": [], "chrt": [], "taskset": [], "time": [], "sudo": [], "doas": [],
        "chroot": [],
        "unshare": [], "nsenter": [], "xargs": [], "find": [], "docker": [], "podman": [], "kubectl": [],
        "systemd-run": [],
        "tini": [], "dumb-init": [], "catchsegv": [], "strace": [], "ltrace": [], "prlimit": [], "setpriv": [],
        "runuser": ["-c", "--command"],
        "su": ["-c", "--command"], "flock": ["-c", "--command"], "script": ["-c", "--command"],
        "npx": ["-c", "--call"], "uv": [],
        "poetry": [], "pipenv": [], "bundle": [], "xvfb-run": [], "fakeroot": [], "gosu": [], "su-exec": [],
        "proot": [], "exec": [],
    ]

    /// Programs that hand everything after them to a shell, here or elsewhere.
    private static let commandLines: Set<String> = ["ssh", "watch", "rsh", "parallel", "eval"]

    private static let shell = Interpreter(
        letters: ["c"], words: ["--command", "--init-command"], valued: ["-o", "-O", "--rcfile", "--init-file"])

    private static let interpreters: [String: Interpreter] = {
        var table: [String: Interpreter] = [:]
        for name in ["sh", "bash", "dash", "zsh", "ksh", "mksh", "ash", "csh", "tcsh", "rbash", "yash", "hush"] {
            table[name] = shell
        }
        table["fish"] = Interpreter(letters: ["c", "C"], words: ["--command", "--init-command"])
        table["pwsh"] = Interpreter(letters: ["c", "e"], words: ["-Command", "-CommandWithArgs", "-EncodedCommand"])
        for name in ["python", "pypy"] { table[name] = Interpreter(letters: ["c"], valued: ["-W", "-X", "-Q"]) }
        table["perl"] = Interpreter(letters: ["e", "E"], valued: ["-I", "-M", "-m"])
        table["ruby"] = Interpreter(letters: ["e"], valued: ["-I", "-r", "-C", "-E"])
        for name in ["node", "nodejs", "bun"] {
            table[name] = Interpreter(
                letters: ["e", "p"], words: ["--eval", "--print"],
                valued: [
                    "-r", "--require", "--import", "--loader", "--experimental-loader", "-C", "--conditions",
                    "--env-file",
                ])
        }
        table["deno"] = Interpreter(words: ["eval"])
        table["php"] = Interpreter(
            letters: ["r", "B", "R", "E"], words: ["--run", "--process-begin", "--process-code", "--process-end"],
            valued: ["-c", "-d", "-z", "--define", "--php-ini"])
        for name in ["lua", "luajit", "texlua"] { table[name] = Interpreter(letters: ["e"], valued: ["-l"]) }
        for name in ["Rscript", "rscript", "r", "osascript", "groovy", "scala", "julia", "ghc", "guile", "swift"] {
            table[name] = Interpreter(letters: ["e", "E"], words: ["--eval", "--print", "-e"])
        }
        for name in ["elixir", "erl", "emacs", "octave", "racket", "sbcl", "clojure"] {
            table[name] = Interpreter(letters: ["e"], words: ["--eval", "-eval", "--rpc-eval"])
        }
        for name in ["awk", "gawk", "mawk", "nawk", "original-awk"] {
            table[name] = Interpreter(
                letters: ["e"], words: ["--source"], valued: ["-F", "-v", "--assign", "--field-separator"],
                firstIsProgram: true,
                fileOptions: ["-f", "--file"])
        }
        for name in ["sed", "gsed", "ssed"] {
            table[name] = Interpreter(
                letters: ["e"], words: ["--expression"], valued: ["-l", "--line-length"], firstIsProgram: true,
                fileOptions: ["-f", "--file"])
        }
        table["psql"] = Interpreter(
            letters: ["c"], words: ["--command"], valued: ["-d", "-h", "-p", "-U", "-f", "-v", "-o"])
        for name in ["mysql", "mariadb"] {
            table[name] = Interpreter(letters: ["e"], words: ["--execute"], valued: ["-h", "-u", "-P", "-D"])
        }
        return table
    }()
}
