import MainspringCore
import MainspringTesting
import Testing

@testable import MainspringRedis

@Suite("Redis URLs")
struct EndpointTests {
    @Test("hosts, ports, users, passwords, databases, sockets and TLS are read")
    func forms() throws {
        func read(_ url: String) throws -> RedisEndpoint { try RedisEndpoint(url: url) }
        #expect(try read("redis://localhost") == RedisEndpoint(.host("localhost", port: 6379)))
        #expect(try read("redis://localhost/") == RedisEndpoint(.host("localhost", port: 6379)))
        #expect(try read("REDIS://10.0.0.1:7000/3").database == 3)
        #expect(try read("redis://[::1]:7000").address == .host("::1", port: 7000))
        #expect(try read("redis://[::1]/2").address == .host("::1", port: 6379))
        #expect(try read("redis://h:1?db=4").database == 4)
        let ann = try read("redis://ann:p%40%3A%2Fw@h:1/2")
        #expect(ann.user == "ann" && ann.password == "p@:/w" && ann.database == 2)
        let alone = try read("redis://:secret@h")
        #expect(alone.user == nil && alone.password == "secret")
        #expect(try read("redis://:a@b:c@h").password == "a@b:c")
        let socket = try read("redis+unix:///run/redis/r.sock?db=5")
        #expect(socket.address == .socket("/run/redis/r.sock") && socket.database == 5)
        #expect(try read("redis+unix://ann:pw@/r.sock").password == "pw")
        let tls = try read("rediss://h/1?ca_file=/etc/ca.pem&verify=ca&cert_file=/c&key_file=/k").tls
        #expect(tls?.caFile == "/etc/ca.pem" && tls?.verification == .ca && tls?.certificateFile == "/c")
        #expect(try read("rediss://h").tls?.verification == .full)
    }

    @Test(
        "what is not usable is refused with what is wrong, and without the password",
        arguments: [
            "", "redis:", "http://h", "redis://", "redis://h:0", "redis://h:70000", "redis://h:x", "redis://::1",
            "redis://[::1", "redis://[::1]x", "redis://h/x", "redis://h/-1", "redis://h/99999999999",
            "redis://hunter2@h",
            "redis://u:hunter2%zz@h", "redis://u:hunter2%f@h", "redis://u:hunter2%ff@h", "redis://h?x=1",
            "redis://h?verify=none", "rediss://h?verify=maybe", "rediss://h?cert_file=/c", "redis+unix://r.sock",
            "redis+unix:///" + String(repeating: "x", count: 120), "redis://u:hunter2@", "redis://u: hunter2@h",
            "redis://h:6379?hunter2=1",
        ])
    func refused(url: String) {
        do {
            let endpoint = try RedisEndpoint(url: url)
            Issue.record("taken: \(endpoint)")
        } catch {
            #expect(error.code == .configuration && error.cause?.isEmpty == false && error.hint != nil)
            #expect(!"\(error)".contains("hunter2"))
        }
    }

    @Test("its text has everything but the password, however it is printed")
    func redacted() throws {
        let endpoint = try RedisEndpoint(url: "rediss://ann%40:hunter2@[::1]:7000/2?ca_file=/ca")
        #expect(endpoint.description == "rediss://ann%40:***@[::1]:7000/2")
        var dumped = ""
        dump(endpoint, to: &dumped)
        for text in [
            "\(endpoint)", String(reflecting: endpoint), dumped, "\([endpoint])", "\(Optional(endpoint) as Any)",
        ] {
            #expect(!text.contains("hunter2"))
        }
        #expect(try RedisEndpoint(url: "redis+unix://:x@/a%20b?db=1").description == "redis+unix://:***@/a%20b?db=1")
        #expect(RedisEndpoint(.host("h", port: 1)).description == "redis://h:1")
    }

    @Test("random URLs are read or refused, never otherwise", arguments: 0..<200)
    func fuzz(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let parts = [
            "redis", "rediss", "+unix", "://", ":", "@", "/", "?", "[", "]", "%", "%41", "h", "1", "db=", "&", "é", "=",
        ]
        for _ in 0..<50 {
            let url = (0..<Int.random(in: 0..<14, using: &random)).map { _ in parts.randomElement(using: &random) ?? ""
            }
            if let endpoint = try? RedisEndpoint(url: url.joined()) { #expect(!endpoint.description.isEmpty) }
        }
    }
}
