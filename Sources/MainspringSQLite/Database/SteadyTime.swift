import MainspringCore

/// A moment of the clock that leases are counted on, as the file keeps it: microseconds of the machine's time since its
/// start (`CLOCK_BOOTTIME`), which is the same for all processes of a host and never jumps.
///
/// The file outlives the machine's restart, the clock begins anew with it: an end that an earlier start wrote may lie days
/// ahead. No lease is longer than ``longest``, so an end further away than that is one of those, and is over. One that is
/// nearer by chance counts until it passes, at most that long; the nodes that find its process gone end it sooner.
struct SteadyTime {
    static let longest: Duration = .seconds(3600)

    let now: Int64

    init(_ time: any TimeSource) {
        now = time.monotonic().nanoseconds / 1000
    }

    /// The last end that can be real. A lease holds while its end is between now and this.
    var horizon: Int64 { now + Self.longest.wholeMicroseconds }

    func holds(_ end: Int64) -> Bool { end >= now && end <= horizon }

    func end(after lease: Duration) -> Int64 { now + min(lease, Self.longest).wholeMicroseconds }
}
