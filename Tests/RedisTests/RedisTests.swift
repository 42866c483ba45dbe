import Testing

@testable import MainspringRedis

@Suite("Redis")
struct RedisTests {
    @Test("its scripts are part of the program")
    func scripts() {
        #expect(!PackageResources.clock_lua.isEmpty)
    }
}
