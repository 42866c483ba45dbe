/// Whom a thread belongs to, as its name tells.
public enum ThreadOwner: Sendable, Hashable {
    /// The first thread of the process.
    case main
    /// A thread of Mainspring's own: `mspr-…`.
    case mainspring
    /// The Swift concurrency pool, or dispatch's concurrent queues, which share it.
    case pool
    /// Dispatch's serial queues, and its own upkeep.
    case dispatch
    /// SwiftNIO's event loops; the group's name is `NIO-SGLTN-1` for the process-wide one.
    case eventLoop(group: String)
    /// SwiftNIO's threads for calls that block.
    case blockingCalls
    /// A library's, or the program's. A thread without a name of its own has that of the thread which made it.
    case unknown

    /// Linux keeps 15 bytes of a name; dispatch gives it the last ones of a queue's label, SwiftNIO the first.
    init(name: String) {
        self =
            if name.hasPrefix("mspr-") {
                .mainspring
            } else if name.hasSuffix(".overcommit") || name.hasSuffix("ispatch-manager") {
                .dispatch
            } else if name.hasSuffix("-qos") {
                .pool
            } else if name.hasPrefix("NIO-"), let end = name.firstRange(of: "-#") {
                .eventLoop(group: String(name[..<end.lowerBound]))
            } else if name.hasPrefix("TP-#") || name.hasPrefix("SGLTN-TP-#") {
                .blockingCalls
            } else {
                .unknown
            }
    }
}
