import MainspringCore
import MainspringStore
import Testing

@Suite("What becomes of a job whose key is held")
struct UniqueResolutionTests {
    enum Answer: Equatable {
        case refuse
        case replace(String)
        case follow
    }

    private func resolve(_ rule: UniqueConflict, _ state: JobState, follower: String? = nil) -> Answer {
        switch UniqueResolution(rule, holder: "holder", state, follower: follower) {
        case .refuse: .refuse
        case .replace(let job): .replace(job)
        case .follow: .follow
        }
    }

    static let waiting: Set<JobState> = [.scheduled, .available, .retryable]

    @Test("reject and throttle refuse in every state", arguments: JobState.allCases)
    func refuse(state: JobState) {
        #expect(resolve(.reject, state) == .refuse)
        #expect(resolve(.throttle, state) == .refuse)
    }

    @Test("replace and debounce take the place of a holder that waits, and refuse else", arguments: JobState.allCases)
    func replace(state: JobState) {
        for rule in [UniqueConflict.replace, .debounce] {
            let expected: Answer = Self.waiting.contains(state) ? .replace("holder") : .refuse
            #expect(resolve(rule, state) == expected)
            #expect(resolve(rule, state, follower: "next") == expected)
        }
    }

    @Test(
        "keep_last takes the place of a holder that waits, follows one that runs, and refuses else",
        arguments: JobState.allCases)
    func keepLast(state: JobState) {
        let expected: Answer =
            Self.waiting.contains(state) ? .replace("holder") : state == .running ? .follow : .refuse
        #expect(resolve(.keepLast, state) == expected)
    }

    @Test("keep_last takes the place of the follower that is there, whatever the holder does", arguments: waiting)
    func follower(state: JobState) {
        #expect(resolve(.keepLast, state, follower: "next") == .replace("next"))
        #expect(resolve(.keepLast, .running, follower: "next") == .replace("next"))
    }
}
