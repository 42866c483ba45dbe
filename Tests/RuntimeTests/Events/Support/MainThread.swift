import Glibc

/// The thread of the main actor.
struct MainThread: Sendable {
    private let thread: pthread_t

    @MainActor init() { thread = pthread_self() }

    var isCurrent: Bool { pthread_equal(pthread_self(), thread) != 0 }
}
