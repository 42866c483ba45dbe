import MainspringJobs

/// Counts.
struct Noop: Job {
    static let kind = "noop"
    var pad = Self.padding

    static let padding = String(repeating: "x", count: 100)

    func run(_ context: JobContext) async { PeerRecorder.shared.hit() }
}

/// Tells how long it was on its way.
struct Lat: Job {
    static let kind = "lat"
    var sent: Int
    var pad = Noop.padding

    func run(_ context: JobContext) async { PeerRecorder.shared.line("L \(sent) \(PeerRecorder.now())") }
}

/// Takes a while.
struct Work: Job {
    static let kind = "work"
    var number: Int
    var milliseconds: Int
    var pad = Noop.padding

    func run(_ context: JobContext) async throws {
        PeerRecorder.shared.mark("S", number)
        if milliseconds > 0 { try await Task.sleep(for: .milliseconds(milliseconds)) }
        PeerRecorder.shared.mark("E", number)
    }
}
