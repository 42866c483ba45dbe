import Glibc
import MainspringCore

/// One thing to tell the person who watches a stop.
public enum Announcement: Sendable, Equatable {
    case received(ShutdownCause)
    case quiet(jobs: [String], services: [String])
    case waiting(jobs: [String], upTo: Duration)
    case askedToStop(jobs: [String], upTo: Duration)
    case killing(jobs: [String])
    case forcing(jobs: [String], services: [String])
    case stoppingServices([String], upTo: Duration)
    case serviceStopped(String, after: Duration)
    case serviceKilled(String)
    case serviceAbandoned(String, after: Duration)
    case releasing(upTo: Duration)
    case hookRan(String, after: Duration)
    case resourceClosed(String, after: Duration)
    case closing
    /// Who was late, and where it stood.
    case blame(Laggard)
    case finished(ShutdownResult)

    static let steps = 6

    /// The step of the story that it belongs to, from 1; nil for what may happen at any time.
    var step: Int? {
        switch self {
        case .received: 1
        case .quiet: 2
        case .waiting, .askedToStop, .killing: 3
        case .stoppingServices, .serviceStopped, .serviceKilled, .serviceAbandoned: 4
        case .releasing, .hookRan, .resourceClosed, .closing: 5
        case .blame, .finished: 6
        case .forcing: nil
        }
    }

    /// One line without its end, safe for a terminal.
    public var line: String { text.printable }

    private var text: String {
        switch self {
        case .received(let cause): return "\(name(of: cause)): stopping in order.\(forceHint(cause))"
        case .quiet(let jobs, let services):
            let running = jobs.isEmpty ? "no job runs" : "\(count(jobs, "job")) running (\(list(jobs)))"
            return "No new work is taken: \(running), \(count(services, "service")) to stop."
        case .waiting(let jobs, let time):
            return "Waiting up to \(time.forPeople) for \(count(jobs, "job")): \(list(jobs))"
        case .askedToStop(let jobs, let time):
            return "Asked \(count(jobs, "job")) to stop, up to \(time.forPeople): \(list(jobs))"
        case .killing(let jobs): return "Killed \(count(jobs, "job")): \(list(jobs))"
        case .forcing(let jobs, let services):
            return "Forced: killing \(count(jobs, "job")) and \(count(services, "service")) now."
        case .stoppingServices(let names, let time):
            return "Stopping \(count(names, "service")), up to \(time.forPeople): \(list(names))"
        case .serviceStopped(let name, let time): return "Stopped \(name) (\(time.forPeople))"
        case .serviceKilled(let name): return "Killed \(name): not gone in its time"
        case .serviceAbandoned(let name, let time): return "Gave up on \(name) after \(time.forPeople): it still runs"
        case .releasing(let time): return "Running hooks and closing what was provided, up to \(time.forPeople)"
        case .hookRan(let name, let time): return "Ran the hook \(name) (\(time.forPeople))"
        case .resourceClosed(let name, let time): return "Closed \(name) (\(time.forPeople))"
        case .closing: return "Closing the listener and the store"
        case .blame(let laggard): return laggard.sentence
        case .finished(let result): return finish(result)
        }
    }

    private func name(of cause: ShutdownCause) -> String {
        switch cause {
        case .signal(SIGINT): "Ctrl-C (SIGINT)"
        case .signal(let number): "SIG\(SignalName.of(number))"
        case .asked: "Asked to stop"
        case .cancelled: "Cancelled"
        case .failure(let message): "A fatal error (\(message))"
        }
    }

    private func forceHint(_ cause: ShutdownCause) -> String {
        switch cause {
        case .signal(SIGINT): " Ctrl-C again to force."
        case .signal: " A second signal forces."
        case .asked, .cancelled, .failure: ""
        }
    }

    private func finish(_ result: ShutdownResult) -> String {
        let jobs =
            switch (result.finished, result.handedBack) {
            case (0, 0): ""
            case (let finished, 0): "\(count(finished, "job")) finished"
            case (0, let back): "\(count(back, "job")) handed back"
            case (let finished, let back): "\(count(finished, "job")) finished, \(back) handed back"
            }
        guard !result.isClean else {
            return "Stopped cleanly in \(result.took.forPeople)" + (jobs.isEmpty ? "." : ": \(jobs).")
        }
        var parts = jobs.isEmpty ? [] : [jobs]
        if let failure = result.failure { parts.append("fatal error: \(failure)") }
        let killed = result.laggards.filter(\.wasKilled).map(\.path)
        let abandoned = result.laggards.filter { !$0.wasKilled }.map(\.path)
        if !killed.isEmpty { parts.append("killed \(list(killed))") }
        if !abandoned.isEmpty { parts.append("gave up on \(list(abandoned))") }
        return
            "Stopped in \(result.took.forPeople), not cleanly: \(parts.joined(separator: "; ")). "
            + "Exit \(result.exitCode)."
    }

    private func count(_ names: [String], _ noun: String) -> String { count(names.count, noun) }

    private func count(_ number: Int, _ noun: String) -> String { number == 1 ? "1 \(noun)" : "\(number) \(noun)s" }

    private func list(_ names: [String]) -> String {
        let shown = names.prefix(5).joined(separator: ", ")
        return names.count > 5 ? "\(shown) and \(names.count - 5) more" : shown
    }
}
