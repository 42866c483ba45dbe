import MainspringCore

/// The last writes that a server acknowledged: what it may lose when it dies, as it writes to its disk later.
struct RecentWrites {
    struct Batch {
        var at: MonotonicInstant
        var groups: [[NewJob]] = []
        var settlements: [Settlement] = []
        fileprivate var count = 0
        fileprivate var bytes = 0
    }

    /// A write is forgotten once the server was seen alive so long after it.
    static let age: Duration = .seconds(10)
    static let countLimit = 50_000
    static let byteLimit = 16 << 20

    private(set) var batches: [Batch] = []
    private var count = 0
    private var bytes = 0

    var isEmpty: Bool { batches.isEmpty }

    mutating func add(jobs groups: [[NewJob]], at instant: MonotonicInstant) {
        var batch = Batch(at: instant, groups: groups)
        for group in groups {
            // A span lends each; an array would copy it.
            let span = group.span
            for index in span.indices { batch.bytes += 256 + span[index].record.arguments.utf8.count }
            batch.count += group.count
        }
        if batch.count > 0 { add(batch) }
    }

    mutating func add(_ settlements: [Settlement], at instant: MonotonicInstant) {
        guard !settlements.isEmpty else { return }
        var batch = Batch(at: instant, settlements: settlements)
        let span = settlements.span
        for index in span.indices {
            batch.count += 1
            batch.bytes += 256 + (span[index].result?.utf8.count ?? 0) + span[index].output.standardOutput.count
        }
        add(batch)
    }

    private mutating func add(_ batch: Batch) {
        batches.append(batch)
        count += batch.count
        bytes += batch.bytes
        // One batch alone may be more; it goes with the next.
        while count > Self.countLimit || bytes > Self.byteLimit, batches.count > 1 { removeFirst(1) }
    }

    /// The server was alive at that time, and is the one that acknowledged all of this.
    mutating func confirmed(at instant: MonotonicInstant) {
        removeFirst(batches.prefix { instant - $0.at > Self.age }.count)
    }

    /// All of it was acknowledged anew.
    mutating func renew(at instant: MonotonicInstant) {
        for index in batches.indices { batches[index].at = instant }
    }

    private mutating func removeFirst(_ number: Int) {
        for batch in batches.prefix(number) {
            count -= batch.count
            bytes -= batch.bytes
        }
        batches.removeFirst(number)
    }
}
