/// How a pool or a client is made, checked and closed; see ``Resources``.
public struct ProvidedResource: Sendable {
    let holder: any ResourceHolding

    /// `make` and `checking` together have `timeout`, and `closing` has `closingTimeout`, or what the stop has left. `make`
    /// is given what was provided before. A check that throws fails the start. What `make` returns when it was given up on
    /// is closed at once.
    ///
    /// Defaults: the name is the type's; a resource without `closing` is only let go of.
    public init<Resource: Sendable>(
        _ type: Resource.Type, name: String? = nil, timeout: Duration = .seconds(30),
        closingTimeout: Duration = .seconds(5), site: SourceSite? = nil,
        checking: (@Sendable @concurrent (Resource) async throws -> Void)? = nil,
        closing: (@Sendable @concurrent (Resource) async throws -> Void)? = nil,
        make: @escaping @Sendable @concurrent (Resources) async throws -> Resource
    ) {
        holder = ResourceHolder(
            name: name ?? "\(type)", timeout: timeout, closingTimeout: closingTimeout, site: site, make: make,
            checking: checking, closing: closing)
    }

    public var name: String { holder.name }
    public var site: SourceSite? { holder.site }
}
