import Mainspring

@main struct Hello {
    static func main() async throws {
        try await Mainspring.run { app in
            app.loop("hello", every: .seconds(1)) { $0.logger.info("Hello, world") }
        }
    }
}
