import MainspringCore
import MainspringRuntime

/// A state as a shape, a word and a colour: none of them alone.
enum StateMark {
    static func html(_ state: JobState) -> HTML {
        mark(shape(of: state), tone: state.rawValue, word: state.rawValue)
    }

    static func html(_ service: ChildStatus) -> HTML {
        switch service.state {
        case .running: mark("dot", tone: "running", word: "running")
        case .degraded: mark("caution", tone: "retryable", word: "degraded")
        case .waiting: mark("ring", tone: "available", word: "waiting")
        case .starting: mark("half", tone: "scheduled", word: "starting")
        case .backingOff: mark("again", tone: "retryable", word: "backing off")
        case .stopping: mark("half", tone: "cancelled", word: "stopping")
        case .stopped: mark("bar", tone: "cancelled", word: "stopped")
        case .failed: mark("cross", tone: "discarded", word: "failed")
        }
    }

    static func html(_ outcome: JobOutcome.Name?) -> HTML {
        switch outcome {
        case nil: mark("dot", tone: "running", word: "running")
        case .success: mark("check", tone: "completed", word: "success")
        case .failure: mark("cross", tone: "discarded", word: "failure")
        case .timeout: mark("clock", tone: "discarded", word: "timeout")
        case .cancelled: mark("bar", tone: "cancelled", word: "cancelled")
        case .snoozed: mark("clock", tone: "scheduled", word: "snoozed")
        case .interrupted: mark("half", tone: "retryable", word: "interrupted")
        case .discarded: mark("cross", tone: "discarded", word: "discarded")
        }
    }

    static func node(isDraining: Bool) -> HTML {
        isDraining
            ? mark("half", tone: "cancelled", word: "draining") : mark("dot", tone: "running", word: "running")
    }

    static func verdict(_ level: Verdict.Level) -> HTML {
        switch level {
        case .good: shape("check")
        case .busy: shape("caution")
        case .bad: shape("cross")
        }
    }

    private static func shape(of state: JobState) -> String {
        switch state {
        case .pending: "half"
        case .scheduled: "clock"
        case .available: "ring"
        case .running: "dot"
        case .retryable: "again"
        case .completed: "check"
        case .cancelled: "bar"
        case .discarded: "cross"
        }
    }

    private static func mark(_ name: String, tone: String, word: String) -> HTML {
        "<span class=\"state \(tone)\">\(shape(name))\(word)</span>"
    }

    private static func shape(_ name: String) -> HTML {
        "<svg class=\"shape\" viewBox=\"0 0 16 16\" aria-hidden=\"true\"><use href=\"#\(name)\"/></svg>"
    }

    /// Drawn once per page, used by name.
    static let shapes: HTML = """
        <svg class="shapes" aria-hidden="true"><defs>
        <g id="dot"><circle cx="8" cy="8" r="5.5" fill="currentColor"/></g>
        <g id="ring"><circle cx="8" cy="8" r="4.6" fill="none" stroke="currentColor" stroke-width="2"/></g>
        <g id="half"><circle cx="8" cy="8" r="4.6" fill="none" stroke="currentColor" stroke-width="2"/><path d="M8 3.4a4.6 4.6 0 0 1 0 9.2z" fill="currentColor"/></g>
        <g id="clock"><circle cx="8" cy="8" r="5.6" fill="none" stroke="currentColor" stroke-width="1.8"/><path d="M8 4.8V8l2.2 1.6" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round"/></g>
        <g id="again"><path d="M13 8a5 5 0 1 1-1.6-3.7" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round"/><path d="M13.6 1.6v3.6H10z" fill="currentColor"/></g>
        <g id="check"><path d="M2.8 8.6l3.4 3.4 7-7.6" fill="none" stroke="currentColor" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round"/></g>
        <g id="cross"><path d="M4 4l8 8M12 4l-8 8" fill="none" stroke="currentColor" stroke-width="2.2" stroke-linecap="round"/></g>
        <g id="caution"><path d="M8 2.2L14.6 13.6H1.4z" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linejoin="round"/><path d="M8 6.4v3.4M8 11.7v.2" stroke="currentColor" stroke-width="1.8" stroke-linecap="round"/></g>
        <g id="bar"><circle cx="8" cy="8" r="5.6" fill="none" stroke="currentColor" stroke-width="1.8"/><path d="M4.2 11.8l7.6-7.6" stroke="currentColor" stroke-width="1.8"/></g>
        </defs></svg>
        """
}
