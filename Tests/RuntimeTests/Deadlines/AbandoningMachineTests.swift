import Testing

@testable import MainspringRuntime

@Suite("What becomes of an operation whose caller may leave")
struct AbandoningMachineTests {
    typealias Input = AbandoningMachine.Input
    typealias Action = AbandoningMachine.Action

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var hasPatience = true
        let steps: [(Input, [Action])]
    }

    static let value = Input.finished(hasValue: true)
    static let error = Input.finished(hasValue: false)

    static let cases = [
        Case(testDescription: "in time", steps: [(value, [.answer]), (.deadline, []), (.cancelled, [])]),
        Case(testDescription: "fails in time", steps: [(error, [.answer]), (.deadline, [])]),
        Case(
            testDescription: "late, with a value",
            steps: [(.deadline, [.cancelOperation, .waitPatiently]), (value, [.answer]), (.patienceOver, [])]),
        Case(
            testDescription: "late, with an error",
            steps: [
                (.deadline, [.cancelOperation, .waitPatiently]), (.cancelled, []), (error, [.giveUp(.deadline)]),
                (.patienceOver, []),
            ]),
        Case(
            testDescription: "too late",
            steps: [
                (.deadline, [.cancelOperation, .waitPatiently]), (.patienceOver, [.register, .giveUp(.deadline)]),
                (.cancelled, []), (value, [.unregister]), (.deadline, []),
            ]),
        Case(
            testDescription: "cancelled, and ends",
            steps: [(.cancelled, [.cancelOperation, .waitPatiently]), (.deadline, []), (error, [.answer])]),
        Case(
            testDescription: "cancelled, and does not end",
            steps: [
                (.cancelled, [.cancelOperation, .waitPatiently]), (.patienceOver, [.register, .giveUp(.cancelled)]),
                (error, [.unregister]),
            ]),
        Case(
            testDescription: "no patience", hasPatience: false,
            steps: [
                (.deadline, [.cancelOperation, .register, .giveUp(.deadline)]), (.cancelled, []),
                (error, [.unregister]),
            ]),
        Case(
            testDescription: "no patience, cancelled", hasPatience: false,
            steps: [(.cancelled, [.cancelOperation, .register, .giveUp(.cancelled)]), (value, [.unregister])]),
    ]

    @Test("each input has its actions", arguments: cases)
    func table(_ example: Case) {
        var machine = AbandoningMachine(hasPatience: example.hasPatience)
        for (input, actions) in example.steps { #expect(machine.handle(input) == actions, "\(input)") }
    }
}
