import Glibc

/// Signals by the names that configuration and messages use: `TERM`, `KILL`, without `SIG`.
public enum SignalName {
    public static func of(_ number: Int32) -> String {
        table.first { $0.value == number }?.key ?? String(number)
    }

    /// Nil when the name is not one of the table's.
    public static func number(of name: String) -> Int32? { table[name] }

    public static var all: [String] { table.keys.sorted() }

    private static let table: [String: Int32] = [
        "HUP": SIGHUP, "INT": SIGINT, "QUIT": SIGQUIT, "ILL": SIGILL, "TRAP": SIGTRAP, "ABRT": SIGABRT, "BUS": SIGBUS,
        "FPE": SIGFPE, "KILL": SIGKILL, "USR1": SIGUSR1, "SEGV": SIGSEGV, "USR2": SIGUSR2, "PIPE": SIGPIPE,
        "ALRM": SIGALRM, "TERM": SIGTERM, "CONT": SIGCONT, "STOP": SIGSTOP, "WINCH": SIGWINCH, "XCPU": SIGXCPU,
        "XFSZ": SIGXFSZ, "SYS": SIGSYS,
    ]
}
