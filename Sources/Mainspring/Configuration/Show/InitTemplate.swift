/// What `mainspring init` writes: a configuration that runs at once, with scripts that need nothing but a POSIX shell.
public enum InitTemplate {
    public struct File: Sendable, Equatable {
        /// Relative to the folder.
        public let path: String
        public let content: String
        public let isExecutable: Bool
    }

    public static let files = [
        File(path: "mainspring.yaml", content: configuration, isExecutable: false),
        File(path: "hello.sh", content: hello, isExecutable: true),
        File(path: "clock.sh", content: clock, isExecutable: true),
    ]

    private static let configuration = """
        # Check it with `mainspring config check`, start it with `mainspring run`.
        name: hello

        queues:
          default: { workers: 4 }

        jobs:
          # Try: mainspring job add greet name=Ada --wait 10s
          greet:
            exec: ["./hello.sh", "{name}"]      # {name} is a declared argument; never through a shell
            args: { name: string }
            result: json                        # standard output is the result
            timeout: 30s
            retry: { max: 3, base: 1s, cap: 1m }

        schedules:
          greet-world: { every: 10s, job: greet, args: { name: world } }

        services:
          # Started with the node, started again when it ends: `mainspring service ls`.
          clock:
            exec: ["./clock.sh"]
            ready: { after: 1s }

        """

    private static let hello = """
        #!/bin/sh
        # A job: arguments on the command line and, as JSON, on standard input; exit 0 is success.
        printf '{"length": %d}\\n' "${#1}"
        echo "hello, $1 (attempt ${MAINSPRING_ATTEMPT:-1})" >&2

        """

    private static let clock = """
        #!/bin/sh
        # A service: runs until it is told to stop.
        trap 'echo "clock stops"; exit 0' TERM INT
        while :; do
          date
          sleep 5 &
          wait $!
        done

        """
}
