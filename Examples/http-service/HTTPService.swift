import Hummingbird
import Mainspring

/// An HTTP service whose background work outlives the request, and the process.
@main struct HTTPService {
    static func main() async throws {
        try await Mainspring.run("mainspring.yaml") { app in
            let router = Router()
            router.get("/") { _, _ in "POST /orders/NUMBER, then look at GET /orders/NUMBER\n" }
            router.post("/orders/:number") { _, context in
                let number = try context.parameters.require("number")
                // Not a task of this request's: a job is on disk before the answer is given, and runs until it is settled.
                let request = JobRequest(
                    kind: "receipt", arguments: ["order": .string(number)], id: JobID(rawValue: "receipt-\(number)"))
                let job = try await app.jobs.enqueue(request)
                return EditedResponse(status: .accepted, response: "\(job.id) is \(job.state.rawValue)\n")
            }
            router.get("/orders/:number") { _, context in
                let number = try context.parameters.require("number")
                guard let id = JobID(rawValue: "receipt-\(number)"), let job = try await app.jobs.job(id) else {
                    throw HTTPError(.notFound)
                }
                return "\(job.id) is \(job.state.rawValue)\n"
            }
            let web = Application(
                router: router, configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 8080)))
            app.service(
                "web", web, ready: .tcp(host: "127.0.0.1", port: 8080),
                stop: StopPolicy(timeout: .seconds(10), drain: .seconds(5)))
        }
    }
}
