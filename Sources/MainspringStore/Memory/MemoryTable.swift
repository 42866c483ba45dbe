/// The jobs by their numbers, in pages: neighbours, which are mostly wanted together, stand side by side. A page lasts as long
/// as one of its jobs.
struct MemoryTable {
    private struct Page {
        var jobs = [MemoryJob?](repeating: nil, count: Int(MemoryTable.pageSize))
        var count = 0
    }

    private static let pageSize: Int64 = 64

    private var pages: [Int64: Page] = [:]

    /// In no order.
    var values: some Sequence<MemoryJob> { pages.values.lazy.flatMap(\.jobs).compactMap(\.self) }

    subscript(seq: Int64) -> MemoryJob? {
        pages[seq / Self.pageSize]?.jobs[Int(seq % Self.pageSize)]
    }

    mutating func insert(_ job: MemoryJob) {
        let page = job.seq / Self.pageSize
        pages[page, default: Page()].jobs[Int(job.seq % Self.pageSize)] = job
        pages[page]?.count += 1
    }

    mutating func remove(_ job: MemoryJob) {
        let page = job.seq / Self.pageSize
        pages[page]?.jobs[Int(job.seq % Self.pageSize)] = nil
        pages[page]?.count -= 1
        if pages[page]?.count == 0 { pages[page] = nil }
    }
}
