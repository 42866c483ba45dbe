extension Task {
    /// Cancels the task on a thread that is left behind when a cancellation handler of whoever is in the task blocks it.
    package func cancelElsewhere() {
        AbandonableLane.cancelling.run { cancel() }
    }
}
