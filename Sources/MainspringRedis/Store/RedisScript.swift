/// The Lua scripts, one for each step: a script is carried out whole, with nothing of others in between.
///
/// The first line of a script names the parts that stand before it: `-- Parts: base jobs`.
enum RedisScript: String, Sendable, CaseIterable {
    case insert, exchange, renew, report, restore, cancel, retry, pause, promote, reclaim, park, prune, beat, leave, ask
    case living, look, page, queues

    /// What the server is given.
    var text: String {
        let own = String(decoding: source, as: UTF8.self)
        let parts = own.prefix { $0 != "\n" }.split(separator: " ").dropFirst(2)
        return parts.map { String(decoding: Self.part(String($0)), as: UTF8.self) + "\n" }.joined() + own
    }

    private var source: [UInt8] {
        switch self {
        case .insert: PackageResources.insert_lua
        case .exchange: PackageResources.exchange_lua
        case .renew: PackageResources.renew_lua
        case .report: PackageResources.report_lua
        case .restore: PackageResources.restore_lua
        case .cancel: PackageResources.cancel_lua
        case .retry: PackageResources.retry_lua
        case .pause: PackageResources.pause_lua
        case .promote: PackageResources.promote_lua
        case .reclaim: PackageResources.reclaim_lua
        case .park: PackageResources.park_lua
        case .prune: PackageResources.prune_lua
        case .beat: PackageResources.beat_lua
        case .leave: PackageResources.leave_lua
        case .ask: PackageResources.ask_lua
        case .living: PackageResources.living_lua
        case .look: PackageResources.look_lua
        case .page: PackageResources.page_lua
        case .queues: PackageResources.queues_lua
        }
    }

    private static func part(_ name: String) -> [UInt8] {
        switch name {
        case "base": PackageResources.base_lua
        case "jobs": PackageResources.jobs_lua
        case "keys": PackageResources.keys_lua
        case "clock": PackageResources.clock_lua
        case "schedules": PackageResources.schedules_lua
        case "terms": PackageResources.terms_lua
        case "nodes": PackageResources.nodes_lua
        case "settle": PackageResources.settle_lua
        case "claim": PackageResources.claim_lua
        default: []
        }
    }
}
