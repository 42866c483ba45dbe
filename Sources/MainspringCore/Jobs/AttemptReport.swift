/// What a running attempt tells of itself, under its token; a report is a sign of life whatever it holds.
public struct AttemptReport: Sendable, Equatable {
    public var id: JobID
    public var token: AttemptToken
    /// Nil leaves what was told before.
    public var progress: JobProgress?
    /// All that it wrote so far, so that it survives the owner's death; nil leaves what was told before.
    public var output: AttemptOutput?

    public init(id: JobID, token: AttemptToken, progress: JobProgress? = nil, output: AttemptOutput? = nil) {
        self.id = id
        self.token = token
        self.progress = progress
        self.output = output
    }
}
