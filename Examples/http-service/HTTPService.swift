import Hummingbird
import Mainspring

/// An HTTP service whose background work outlives the request, and the process.
@main struct HTTPService {
    static func main() async throws {
        let port = Environment().get("PORT", as: Int.self) ?? 8080
        try await Mainspring.run("mainspring.yaml") { app in
            let router = Router()
            router.post("/orders/:number") { _, context in
                let id = try receipt(of: context)
                // Not a task of this request's: the job is on disk before the answer is given, and runs until it is settled.
                let job = try await app.jobs.enqueue(
                    JobRequest(
                        kind: "receipt", arguments: ["order": .string(try context.parameters.require("number"))], id: id
                    ))
                return EditedResponse(status: .accepted, response: line(job))
            }
            router.get("/orders/:number") { _, context in
                guard let job = try await app.jobs.job(receipt(of: context)) else { throw HTTPError(.notFound) }
                return line(job)
            }
            let web = Application(
                router: router, configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port)))
            app.service(
                "web", web, ready: .tcp(host: "127.0.0.1", port: port),
                stop: StopPolicy(timeout: .seconds(10), drain: .seconds(5)))
        }
    }

    /// The job of an order: the same for the same order.
    private static func receipt(of context: some RequestContext) throws -> JobID {
        guard let id = JobID(rawValue: "receipt-\(try context.parameters.require("number"))") else {
            throw HTTPError(.badRequest)
        }
        return id
    }

    private static func line(_ job: JobRecord) -> String {
        "\(job.id) is \(job.state.rawValue)\(job.result.map { ": \($0)" } ?? "")\n"
    }
}
