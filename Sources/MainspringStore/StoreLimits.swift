/// The bounds that every store keeps.
public enum StoreLimits {
    /// Finished attempts in a job's history; of more, the newest stay.
    public static let attemptsPerJob = 200
    /// Instants kept per schedule. One that is older than all of them counts as fired.
    public static let occurrencesPerSchedule = 1000
    /// Jobs on a page.
    public static let page = 1000
}
