import Testing

@Suite("Arguments inside a program's text")
struct InterpreterScriptTests {
    private func found(_ exec: [String]) -> [String] {
        let list = exec.map { "'\($0.replacing("'", with: "''"))'" }.joined(separator: ", ")
        return problems("jobs:\n  j:\n    args: { x: string, y: string }\n    exec: [\(list)]\n")
    }

    @Test(
        "are refused",
        arguments: [
            ["sh", "-c", "echo {x}"], ["/bin/bash", "-lc", "{x}"], ["bash", "-c", "-x", "{x}"],
            ["bash", "-o", "pipefail", "-c", "{x}"],
            ["bash", "-ec{x}"], ["zsh", "-c", "{x}", "b"],
            ["python3.12", "-c", "print('{x}')"], ["python", "-I", "-c", "{x}"],
            ["python3", "-W", "ignore", "-c", "{x}"],
            ["perl", "-ne", "{x}"], ["perl", "-e{x}"], ["perl", "-I", "lib", "-E", "{x}"], ["ruby", "-e", "{x}"],
            ["node", "--eval", "{x}"], ["node", "--eval={x}"], ["nodejs", "-p", "{x}"], ["deno", "eval", "{x}"],
            ["php", "-r", "{x}"],
            ["lua5.4", "-e", "{x}"], ["awk", "{{ print {x} }}"], ["gawk", "-F", ",", "{x}", "file"],
            ["sed", "s/a/{x}/"], ["sed", "-ne", "{x}"],
            ["env", "X=1", "bash", "-c", "{x}"], ["/usr/bin/env", "-S", "bash -c {x}"], ["busybox", "sh", "-c", "{x}"],
            ["nice", "-n", "5", "timeout", "5", "sh", "-c", "{x}"], ["sudo", "-u", "a", "env", "sh", "-c", "{x}"],
            ["su", "a", "-c", "{x}"],
            ["xargs", "sh", "-c", "{x}"], ["docker", "exec", "c", "sh", "-c", "{x}"], ["ssh", "host", "ls {x}"],
            ["watch", "ls {x}"],
            ["psql", "-d", "db", "-c", "select '{x}'"], ["fish", "--command={x}"],
        ])
    func refused(exec: [String]) {
        let problems = found(exec)
        #expect(
            problems.count == 1 && problems[0].contains("a placeholder inside a program text is never safe"),
            "\(exec): \(problems)")
    }

    @Test(
        "beside it are taken",
        arguments: [
            ["sh", "-c", "echo \"$1\"", "sh", "{x}"],
            ["bash", "-o", "pipefail", "-c", "run \"$@\"", "bash", "{x}", "{y}"],
            ["bash", "script.sh", "-c", "{x}"], ["sh", "script.sh", "{x}"], ["python3", "-u", "job.py", "-c", "{x}"],
            ["python3", "-m", "mod", "{x}"], ["python3", "-c", "import sys", "{x}"], ["node", "app.js", "-e", "{x}"],
            ["awk", "-v", "a={x}", "{{ print a }}", "file"], ["awk", "-f", "prog.awk", "{x}"],
            ["sed", "-n", "1p", "{x}"],
            ["env", "X={x}", "./run.sh"], ["grep", "node", "-e", "{x}"], ["./scan.sh", "-c", "{x}"],
            ["curl", "-e", "{x}"],
            ["timeout", "5", "./run.sh", "-c", "{x}"], ["php", "-c", "php.ini", "job.php", "{x}"],
        ])
    func taken(exec: [String]) {
        #expect(found(exec) == [], "\(exec)")
    }
}
