import HTTPTypes
import HummingbirdCore
import Logging
import MainspringCore
import MainspringJobs
import MainspringRuntime
import MainspringStore
import MainspringTelemetry
import MainspringTesting
import NIOCore
import Synchronization

@testable import MainspringWeb

/// A node in memory with its surfaces, without a socket: two kinds, two queues, one service.
struct Fixture: Sendable {
    let store: FaultyStore
    let time = ManualTime()
    let executor = HeldExecutor()
    let services = StubServices()
    let inspector = StubInspector()
    let control: StubControl
    let metrics = MetricsRecorder(
        kinds: ["scan", "report"], queues: ["default", "small"], services: ["feed"], loops: ["beat"])
    let events = EventRecorder()
    let system: JobSystem
    var failover: FailoverStatus?
    var drill: (any FailoverDrilling)?

    init() {
        store = FaultyStore(time: time)
        metrics.stepped(store: "memory", op: "insert", took: .microseconds(300))
        control = StubControl(services)
        let arguments = ArgumentSchema([
            "symbol": ArgumentRule(.string), "days": ArgumentRule(.integer, isOptional: true),
        ])
        let kinds = [
            JobKind(name: "scan", arguments: arguments, executor: executor),
            JobKind(
                name: "report", arguments: ArgumentSchema(["data": ArgumentRule(.json, isOptional: true)]),
                unique: UniquePolicy(), executor: executor),
        ]
        system = JobSystem(
            registry: JobRegistry(
                kinds: kinds,
                queues: ["default": QueueOptions(workers: 2), "small": QueueOptions(workers: 1, limit: 2)]),
            schedules: [], retention: Retention(),
            node: NodeFacts(identity: NodeIdentity(name: "test-1", incarnation: "one")),
            store: store, time: time, ids: RandomIDSource(), sink: FanOutSink([metrics, events]),
            health: StoreHealth(logger: Logger(label: "test")), logger: Logger(label: "test"), drained: {})
    }

    var dependencies: WebDependencies {
        WebDependencies(
            jobs: system.client, services: services, inspector: inspector, control: control, metrics: metrics,
            time: time,
            storeName: store.name, failover: { [failover] in failover }, drill: drill)
    }

    /// On a busy machine nothing comes within half a minute for sure: only tests of the time have less of it.
    static let configuration = WebConfiguration(
        ports: 0...0, hosts: ["mainspring.example"], bodyLimit: 64 << 10, application: "market", version: "0.1.0-test",
        idleTimeout: .seconds(600), bodyTimeout: .seconds(600))

    /// Runs `body` beside the dispatcher and the workers; they are gone when it returns.
    func run<Value: Sendable>(_ body: @Sendable (Fixture) async throws -> Value) async throws -> Value {
        async let work: Void = system.run()
        let result: Result<Value, any Error>
        do { result = .success(try await body(self)) } catch { result = .failure(error) }
        executor.release(.success(result: nil))
        system.quiesce()
        await work
        return try result.get()
    }

    /// One request as the responder gets it from a connection.
    func send(
        _ method: HTTPRequest.Method, _ path: String, _ headers: HTTPFields = [:], body: [UInt8]? = nil,
        host: String? = "127.0.0.1:8501"
    ) async -> Answer {
        var headers = headers
        if let body { headers[.contentLength] = "\(body.count)" }
        let head = HTTPRequest(method: method, scheme: "http", authority: host, path: path, headerFields: headers)
        let request = Request(head: head, body: RequestBody(buffer: ByteBuffer(bytes: body ?? [])))
        let configuration = Self.configuration
        let responder = RequestResponder(
            context: WebContext(
                dependencies, waits: JobWaits(jobs: system.client), configuration: configuration,
                url: "http://127.0.0.1:8501"),
            gate: RequestGate(bindHost: configuration.host, hosts: configuration.hosts),
            bodyLimit: configuration.bodyLimit,
            logger: Logger(label: "test"))
        var reader = BodyReader(request)
        return Answer(await responder.reply(to: request, body: &reader) {})
    }

    func get(_ path: String) async -> Answer { await send(.get, path) }

    func post(_ path: String, _ json: String = "", _ headers: HTTPFields = [:]) async -> Answer {
        var headers = headers
        if headers[.contentType] == nil { headers[.contentType] = "application/json" }
        return await send(.post, path, headers, body: Array(json.utf8))
    }

    /// As a browser posts a form of the page.
    func submit(_ path: String, _ form: String = "from=overview") async -> Answer {
        let headers: HTTPFields = [
            .contentType: "application/x-www-form-urlencoded", .origin: "http://127.0.0.1:8501",
            .secFetchSite: "same-origin",
        ]
        return await send(.post, path, headers, body: Array(form.utf8))
    }

    func add(_ json: String) async -> Answer { await post("/v1/jobs", json) }

    /// Waits until an attempt of the job runs.
    func started(_ id: String) async {
        await events.first {
            if case .job(.started(let started, _, _, _, _)) = $0 { started.rawValue == id } else { false }
        }
    }

    /// Waits until an attempt of the job has ended.
    func settled(_ id: String) async {
        await events.first {
            if case .job(.settled(let settlement, _)) = $0 { settlement.id.rawValue == id } else { false }
        }
    }
}

/// What a client sees.
struct Answer: Sendable {
    let status: Int
    let headers: HTTPFields
    let text: String

    init(_ reply: Reply) {
        status = Int(reply.status.code)
        headers = reply.headers
        text = String(decoding: reply.body, as: UTF8.self)
    }

    /// Null when it is not JSON.
    var json: JSONValue { (try? JSONParser.parse(text)) ?? .null }
    var code: String? { json["code"]?.string }
    var hint: String { json["hint"]?.string ?? "" }
    var id: String { json["id"]?.string ?? "" }
}
