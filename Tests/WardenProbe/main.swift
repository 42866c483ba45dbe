// A node in miniature, for tests to kill: a warden, a ledger, and one child that runs the given shell script.
import Glibc
import MainspringRuntime

let path = CommandLine.arguments[1]
let warden = try Warden.start(ledgerPath: path)
let ledger = try ProcessLedger(path: path)
let spawner = try GroupSpawner(ledger: ledger, time: SystemTime())
let command = CommandSpec(
    // Not sh: dash has no job control (`set -m`) without a terminal, and says so on standard error.
    argv: ["/bin/bash", "-c", CommandLine.arguments[2]], environment: ["PATH": "/usr/bin:/bin"], workingDirectory: "/")
let child = try spawner.spawn(command) { stream, bytes in
    guard stream == .standardOutput else { return }
    _ = write(STDOUT_FILENO, bytes, bytes.count)
}
let line = Array("warden \(warden.pid)\n".utf8)
_ = write(STDOUT_FILENO, line, line.count)
while true { pause() }
