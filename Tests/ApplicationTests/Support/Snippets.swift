import Mainspring

// What docs/runtime.md shows, compiled; SnippetTests compares the two.

struct PriceFeed: Sendable {
    static func connect() async throws -> PriceFeed { PriceFeed() }
    func poll() async throws {}
    func shutdown() async {}
}

struct Scanner: Sendable {
    func scan() async throws {}
}

enum Snippets {
    static let (models, news) = (Scanner(), Scanner())

    static func program() async throws {
        try await Mainspring.run("mainspring.yaml") { app in
            app.provide(PriceFeed.self, closing: { await $0.shutdown() }) { try await PriceFeed.connect() }
            let stop = StopPolicy(timeout: .seconds(5), drain: .seconds(2))
            app.service("quotes", stop: stop, silence: .seconds(30)) { context in
                let feed = try context[PriceFeed.self]
                while !context.isStopping {
                    try await feed.poll()
                    context.beat()
                }
            }
            app.group("scanners", SupervisionPolicy(strategy: .oneForAll)) { group in
                group.loop("models", every: .seconds(180)) { _ in try await models.scan() }
                group.loop("news", every: .seconds(300), timeout: .seconds(60)) { _ in try await news.scan() }
            }
        }
    }

    static func add(to app: MainspringApplication) throws {
        try app.services.group("chats").add("chat-42", LoopSpec(every: .seconds(2))) { context in
            context.logger.info("asked for news", metadata: ["late": "\(context.lateness)"])
        }
    }
}
