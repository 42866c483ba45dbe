import Logging
import MainspringCore

extension LoopEvent {
    /// Writes what a person should look at as a warning, and what is as it should be, or happens at every turn, for
    /// debugging.
    func log(to logger: Logger) {
        switch self {
        case .turnEnded(let loop, let turn, let outcome, let took, let lateness, let error):
            logger.log(
                level: outcome == .failure ? .warning : .debug, "loop turn ended",
                metadata: [
                    "loop.name": "\(loop)", "loop.turn": "\(turn)", "loop.outcome": "\(outcome.rawValue)",
                    "loop.took": "\(took.text)", "loop.lateness": "\(lateness.text)",
                ].merging(error.map { ["loop.error": "\($0.printable)"] } ?? [:]) { first, _ in first })
        case .turnTimedOut(let loop, let turn, let after):
            logger.warning("loop turn timed out", metadata: Self.metadata(loop, turn, after))
        case .turnHangs(let loop, let turn, let after):
            logger.warning("loop turn hangs", metadata: Self.metadata(loop, turn, after))
        case .hungTurnEnded(let loop, let turn, let after):
            logger.info("hung loop turn ended", metadata: Self.metadata(loop, turn, after))
        case .turnsSkipped(let loop, let reason, let count):
            logger.log(
                level: reason == .missed ? .info : .debug, "loop turns skipped",
                metadata: ["loop.name": "\(loop)", "loop.reason": "\(reason.rawValue)", "loop.count": "\(count)"])
        }
    }

    private static func metadata(_ loop: String, _ turn: Int, _ after: Duration) -> Logger.Metadata {
        ["loop.name": "\(loop)", "loop.turn": "\(turn)", "loop.after": "\(after.text)"]
    }
}
