/// How results of one type become JSON text, and come back.
public struct JobResultForm<Output: Sendable>: Sendable {
    /// Nil: there is nothing to store.
    let text: @Sendable (Output) throws -> String?
    let value: @Sendable (_ text: String?) throws -> Output

    /// `text` must be JSON; what either throws is an error of the job, or of whoever reads its result.
    public init(
        text: @escaping @Sendable (Output) throws -> String?, value: @escaping @Sendable (String?) throws -> Output
    ) {
        self.text = text
        self.value = value
    }
}

extension Job where Output == Void {
    public static var resultForm: JobResultForm<Void> { JobResultForm(text: { _ in nil }, value: { _ in }) }
}

extension Job where Output: Codable {
    public static var resultForm: JobResultForm<Output> {
        JobResultForm(text: { try JobJSON.text(of: $0) }, value: { try JobJSON.value(Output.self, from: $0 ?? "null") })
    }
}
