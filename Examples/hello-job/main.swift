import Mainspring

struct Greet: Job {
    static let kind = "greet"
    func run(_ context: JobContext) async throws { context.logger.info("Hello, world") }
}
try await Mainspring.run { app in
    app.job(Greet.self)
    app.schedule("greeting", every: .seconds(1), Greet())
}
