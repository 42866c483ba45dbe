/// What the shutdown ladder moves: the composition root implements it over the job system, the supervisor and the
/// store.
///
/// Every call comes on a thread of its own that the ladder can abandon, so one that never returns delays nothing but
/// what it was asked for. Calls may overlap when one is slow.
public protocol ShutdownParticipant: Sendable {
    /// Readiness false, no more claims, no new jobs. Once nothing runs any more, ``ShutdownLadder/jobsDrained()`` is
    /// called, from within this call too.
    func quiesce()

    /// What runs now, one name for each: `scan 0192…`.
    func busyJobs() -> [String]

    /// Asks every running job to stop; it goes back to the queue.
    func cancelJobs()

    /// KILL for every running job; tells who they were, with how long they have run.
    func killJobs() -> [Laggard]

    /// Services with a process, in start order.
    func runningServices() -> [String]

    /// Stops services in reverse order; see ``Supervisor/stop(budget:completion:)``.
    func stopServices(budget: Duration, completion: @escaping @Sendable ([Laggard]) -> Void)

    /// KILL for every service.
    func killServices()

    /// Shutdown hooks, then what was provided, in reverse order, each within its own timeout or what is left of `budget`.
    func release(budget: Duration, completion: @escaping @Sendable ([Laggard]) -> Void)

    /// The last writes: close the listener and the store, remove `run.json`. It has about two seconds.
    func close() async

    /// Asked once, after ``close()`` or when time is up.
    func tally() -> ShutdownTally
}
