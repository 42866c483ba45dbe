import MainspringCore
import Synchronization

/// A resource whose type is not known.
protocol ResourceHolding: AnyObject, Sendable {
    var name: String { get }
    var typeName: String { get }
    var timeout: Duration { get }
    var closingTimeout: Duration { get }
    var site: SourceSite? { get }
    /// Something of it is there, or may come.
    var isOpen: Bool { get }

    /// Makes and checks it. When that throws, ``close()`` is due all the same.
    @concurrent func open(with earlier: Resources) async throws

    /// Nothing happens when there is nothing to close.
    @concurrent func close() async throws
}

/// One resource on its way from unmade to closed.
final class ResourceHolder<Resource: Sendable>: ResourceHolding {
    private enum State {
        case unmade, making
        case made(Resource)
        case closing, closed
    }

    typealias Make = @Sendable @concurrent (Resources) async throws -> Resource
    typealias Use = @Sendable @concurrent (Resource) async throws -> Void

    let name: String
    let timeout: Duration
    let closingTimeout: Duration
    let site: SourceSite?
    private let make: Make
    private let checking: Use?
    private let closing: Use?
    private let state = Mutex(State.unmade)

    init(
        name: String, timeout: Duration, closingTimeout: Duration, site: SourceSite?, make: @escaping Make,
        checking: Use?, closing: Use?
    ) {
        self.name = name
        self.timeout = timeout
        self.closingTimeout = closingTimeout
        self.site = site
        self.make = make
        self.checking = checking
        self.closing = closing
    }

    var typeName: String { "\(Resource.self)" }

    var isOpen: Bool {
        state.withLock {
            switch $0 {
            case .making, .made, .closing: true
            case .unmade, .closed: false
            }
        }
    }

    func value() throws -> Resource {
        try state.withLock { state in
            switch state {
            case .made(let resource): return resource
            case .unmade, .making:
                throw MainspringError(
                    .notAllowedInState, "the resource \(name) is not made yet",
                    hint: "Resources are made in the order of their declaration: declare it before what needs it.")
            case .closing, .closed:
                throw MainspringError(
                    .notAllowedInState, "the resource \(name) is closed",
                    hint: "It is there until services have stopped and shutdown hooks have run.")
            }
        }
    }

    @concurrent func open(with earlier: Resources) async throws {
        state.withLock { $0 = .making }
        let resource: Resource
        do {
            resource = try await make(earlier)
        } catch {
            state.withLock { $0 = .closed }
            throw error
        }
        let isWanted = state.withLock { state in
            guard case .making = state else { return false }
            state = .made(resource)
            return true
        }
        guard isWanted else {
            defer { state.withLock { $0 = .closed } }
            try await closing?(resource)
            return
        }
        try await checking?(resource)
    }

    @concurrent func close() async throws {
        let resource: Resource? = state.withLock { state in
            switch state {
            case .unmade, .closed, .closing: return nil
            // Whoever makes it closes it when it is there.
            case .making:
                state = .closing
                return nil
            case .made(let resource):
                state = .closing
                return resource
            }
        }
        guard let resource else { return }
        defer { state.withLock { $0 = .closed } }
        try await closing?(resource)
    }
}
