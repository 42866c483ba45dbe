import MainspringCore

/// A job with what its row holds besides its record.
struct StoredJob {
    let seq: Int64
    let marks: JobMarks
    var job: JobRecord
}

/// What few jobs have, in one number, so that the steps of all others ask once.
struct JobMarks: OptionSet {
    let rawValue: Int64

    /// The attempt that runs reported output, which is in `mainspring_live`.
    static let live = Self(rawValue: 1)
    /// Another job waits for the end of this one (``UniqueConflict/keepLast``), or did.
    static let followed = Self(rawValue: 2)
}
