import MainspringCore
import Testing

@Suite("Job states")
struct JobStateTests {
    static let edges: [JobState: Set<JobState>] = [
        .pending: [.scheduled, .available, .cancelled],
        .scheduled: [.available, .cancelled],
        .available: [.running, .scheduled, .cancelled],
        .running: [.completed, .discarded, .cancelled, .retryable, .scheduled, .available],
        .retryable: [.available, .scheduled, .cancelled],
        .completed: [],
        .cancelled: [.available],
        .discarded: [.available],
    ]

    @Test("only the drawn edges are legal", arguments: JobState.allCases)
    func table(state: JobState) {
        #expect(Set(JobState.allCases.filter(state.canBecome)) == Self.edges[state])
    }

    @Test("a state is final, waiting or running, and only one of them", arguments: JobState.allCases)
    func kinds(state: JobState) {
        #expect([state.isFinal, state.isWaiting, state == .running].filter { $0 }.count == 1)
        if state.isWaiting { #expect(state.canBecome(.cancelled)) }
    }

    @Test("the spelling of states, outcomes and priorities is the API's and the store's")
    func names() {
        #expect(
            JobState.allCases.map(\.rawValue) == [
                "pending", "scheduled", "available", "running", "retryable", "completed", "cancelled", "discarded",
            ])
        #expect(
            JobOutcome.Name.allCases.map(\.rawValue) == [
                "success", "failure", "timeout", "cancelled", "snoozed", "interrupted", "discarded",
            ])
        #expect(JobPriority.allCases.map(\.rawValue) == ["critical", "high", "normal", "low"])
    }

    @Test("a priority is a head start: it is overtaken only by what comes within the difference")
    func headStart() {
        func rank(_ priority: JobPriority, at seconds: Int64) -> Int64 {
            priority.rank(availableAt: Timestamp(microseconds: seconds * 1_000_000))
        }
        #expect(rank(.critical, at: 599) < rank(.normal, at: 0))
        #expect(rank(.critical, at: 601) > rank(.normal, at: 0))
        #expect(rank(.high, at: 119) < rank(.normal, at: 0))
        #expect(rank(.high, at: 121) > rank(.normal, at: 0))
        #expect(rank(.normal, at: 119) < rank(.low, at: 0))
        #expect(rank(.normal, at: 121) > rank(.low, at: 0))
        #expect(rank(.normal, at: 0) == 0)
        #expect(JobPriority.critical.rank(availableAt: Timestamp(microseconds: .min)) == -.max)
    }
}
