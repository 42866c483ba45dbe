import MainspringCore
import Testing

@Suite("Errors and events")
struct ErrorTests {
    @Test("an error says what, why, what next and its code")
    func description() {
        let error = MainspringError(.queueFull, "the queue 'a' is full", cause: "10 of 10", hint: "Try later")
        #expect(error.description == "the queue 'a' is full: 10 of 10. Try later [queue_full]")
        #expect(MainspringError(.notFound, "there is no such job").description == "there is no such job [not_found]")
    }
}
