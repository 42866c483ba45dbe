extension AbandonableLane {
    /// Where tasks are cancelled when their time is up: cancelling runs the cancellation handlers of whoever is in the task,
    /// which may block.
    static let cancelling = AbandonableLane(label: "cancel", time: SystemTime())
}
