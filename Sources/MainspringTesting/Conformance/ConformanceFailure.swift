/// A rule that a store broke.
public struct ConformanceFailure: Error, Sendable, CustomStringConvertible {
    public let description: String

    public init(_ description: String) {
        self.description = description
    }
}

func expect(_ holds: Bool, _ rule: @autoclosure () -> String) throws {
    if !holds { throw ConformanceFailure(rule()) }
}

func expectEqual<Value: Equatable>(_ value: Value, _ expected: Value, _ rule: @autoclosure () -> String) throws {
    if value != expected { throw ConformanceFailure("\(rule()): \(value), not \(expected)") }
}
