import MainspringCore
import MainspringTesting
import Testing

@testable import MainspringRuntime

private struct Feed: Sendable, Equatable { var id = 1 }
private struct Cache: Sendable, Equatable { var feed: Feed }
private protocol Clock: Sendable { var hour: Int { get } }
private struct Noon: Clock { let hour = 12 }

@Suite("Resources")
struct ResourcesTests {
    private func made(_ provided: [ProvidedResource]) async throws -> Resources {
        let resources = Resources(provided)
        for holder in resources.holders { try await holder.open(with: resources) }
        return resources
    }

    @Test("a resource is found by the type it was provided as, also a protocol")
    func byType() async throws {
        let resources = try await made([
            ProvidedResource(Feed.self) { _ in Feed() },
            ProvidedResource((any Clock).self) { _ in Noon() },
        ])
        #expect(try resources[Feed.self] == Feed())
        #expect(try resources[(any Clock).self].hour == 12)
    }

    @Test("one that is made later reads what was made before it")
    func later() async throws {
        let resources = try await made([
            ProvidedResource(Feed.self) { _ in Feed(id: 7) },
            ProvidedResource(Cache.self) { Cache(feed: try $0[Feed.self]) },
        ])
        #expect(try resources[Cache.self].feed.id == 7)
    }

    @Test("of several of one type the name says which")
    func named() async throws {
        let resources = try await made([
            ProvidedResource(Feed.self, name: "primary") { _ in Feed(id: 1) },
            ProvidedResource(Feed.self, name: "replica") { _ in Feed(id: 2) },
        ])
        #expect(try resources[Feed.self, named: "replica"].id == 2)
        let error = #expect(throws: MainspringError.self) { try resources[Feed.self] }
        #expect(error?.hint == "Say which: [Feed.self, named: \"primary\"]. There are primary, replica.")
    }

    @Test("what is not provided is named, with what is")
    func missing() async throws {
        let resources = try await made([ProvidedResource(Feed.self, name: "prices") { _ in Feed() }])
        let error = #expect(throws: MainspringError.self) { try resources[Cache.self] }
        #expect(error?.code == .notFound)
        #expect(error?.message == "no Cache is provided")
        #expect(error?.hint == "Declare it with app.provide(Cache.self). Provided are Feed (prices).")
    }

    @Test("before it is made and after it is closed a resource is not there")
    func states() async throws {
        let resources = Resources([ProvidedResource(Feed.self) { _ in Feed() }])
        #expect(throws: MainspringError.self) { try resources[Feed.self] }
        #expect(resources.open.isEmpty)
        try await resources.holders[0].open(with: resources)
        #expect(resources.open == ["Feed"])
        try await resources.holders[0].close()
        let error = #expect(throws: MainspringError.self) { try resources[Feed.self] }
        #expect(error?.message == "the resource Feed is closed")
        #expect(resources.open.isEmpty)
    }
}
