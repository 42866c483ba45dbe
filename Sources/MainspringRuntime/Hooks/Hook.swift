/// Something that is done once, when the node starts or when it stops.
public struct Hook: Sendable {
    /// It runs on the concurrency pool, never on the actor of whoever declared it.
    public typealias Body = @Sendable @concurrent (HookContext) async throws -> Void

    public var name: String
    /// After it the hook is cancelled, and given up on a moment later.
    public var timeout: Duration
    public var site: SourceSite?
    public var body: Body

    public init(name: String, timeout: Duration = .seconds(30), site: SourceSite? = nil, body: @escaping Body) {
        self.name = name
        self.timeout = timeout
        self.site = site
        self.body = body
    }
}
