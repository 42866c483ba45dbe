import Glibc
import Mainspring

/// Three background tasks that work until they are told to end, and clean up after themselves.
@main struct GracefulShutdown {
    static func main() async throws {
        say("Starting background tasks...")
        try await Mainspring.run { app in
            for number in 0..<3 {
                // Told to end, a task has three seconds until it is cancelled, and two more until it is given up on.
                let stop = StopPolicy(timeout: .seconds(5), drain: .seconds(3))
                app.service("task-\(number)", stop: stop) { context in
                    say("Task \(number) started")
                    let work = Task {
                        while !Task.isCancelled {
                            say("Task \(number) is working...")
                            try await SystemTime().sleep(for: .seconds(1))
                        }
                    }
                    // Not a flag to look at now and then: this returns in the moment when the task should end.
                    await context.untilStopping()
                    say("Task \(number) received the stop, cleaning up...")
                    work.cancel()
                    _ = await work.result
                    try await SystemTime().sleep(for: .milliseconds(300 * (number + 1)))
                    say("Task \(number) finished")
                }
            }
            app.onShutdown("goodbye") { _ in say("Goodbye!") }
        }
    }
}

func say(_ line: String) {
    print(line)
    // At once, also into a pipe.
    fflush(nil)
}
