import MainspringCore
import Testing

@testable import MainspringCommands

@Suite("Exit codes")
struct ExitStatusTests {
    @Test(
        "each error code has its exit code",
        arguments: [
            (MainspringError.Code.queueFull, 75), (.draining, 75), (.locked, 75), (.noFreePort, 75), (.storeBusy, 75),
            (.storeCorrupt, 74), (.storeReadOnly, 74), (.storeFull, 74), (.storeNewer, 74), (.forbidden, 77),
            (.configuration, 78), (.openBind, 78), (.timedOut, 124), (.unreachable, 69), (.notRunning, 3),
            (.notFound, 1),
            (.conflict, 1), (.invalidArguments, 64), (.unknownKind, 64), (.malformed, 64),
            ("new_in_a_later_version", 1),
        ] as [(MainspringError.Code, Int32)])
    func codes(_ code: MainspringError.Code, _ status: Int32) {
        #expect(ExitStatus(code).rawValue == status)
    }

    @Test(
        "an answer whose code is new goes by its HTTP status",
        arguments: [
            (401, 77), (403, 77), (421, 77), (404, 1), (409, 1), (413, 64), (422, 64), (429, 75), (500, 1), (503, 75),
        ])
    func httpStatus(_ http: Int, _ status: Int32) {
        let refusal = NodeRefusal(httpStatus: http, document: ["code": "new_in_a_later_version", "title": "x"])
        #expect(refusal.status.rawValue == status)
        #expect(refusal.hint != nil)
    }

    @Test(
        "the end of a job has its exit code",
        arguments: [
            ("completed", 0), ("cancelled", 11), ("discarded", 12), ("retryable", 10), ("running", 124),
            ("available", 124),
        ])
    func jobStates(_ state: String, _ status: Int32) throws {
        #expect(JobWaiter.status(of: try JobView(sampleJob(state: state))).rawValue == status)
    }
}
