import MainspringCore
import MainspringRedis
import MainspringStore
import Testing

@testable import Mainspring

@Suite("A Redis store in the configuration")
struct RedisStoreTests {
    private func redis(_ configuration: Configuration) throws -> StoreConfiguration.Redis {
        guard case .redis(let redis) = configuration.store.backend else {
            throw MainspringError(.conflict, "no Redis store: \(configuration.store.backend)")
        }
        return redis
    }

    @Test("a URL alone is enough, and the rest has its defaults")
    func short() throws {
        let redis = try redis(try configuration("store: redis://127.0.0.1\n"))
        #expect(redis.endpoint.address == .host("127.0.0.1", port: 6379))
        #expect(redis.endpoint.database == 0 && redis.endpoint.tls == nil && redis.endpoint.password == nil)
        #expect(redis.namespace == "mainspring" && redis.whileAway == .hold)
        #expect(redis.spool.jobs == 100_000 && redis.spool.bytes == 256 << 20)
    }

    @Test("every key is read")
    func full() throws {
        let redis = try redis(
            try configuration(
                """
                store:
                  url: rediss://worker:p%40ss@cache.example:6380/3
                  namespace: market
                  while_away: run
                  spool: { limit: 5000, size: 64MiB }
                """))
        #expect(redis.endpoint.address == .host("cache.example", port: 6380))
        #expect(redis.endpoint.user == "worker" && redis.endpoint.password == "p@ss" && redis.endpoint.database == 3)
        #expect(redis.endpoint.tls != nil)
        #expect(redis.namespace == "market" && redis.whileAway == .run)
        #expect(redis.spool.jobs == 5000 && redis.spool.bytes == 64 << 20)
        let socket = try self.redis(try configuration("store: redis+unix:///run/redis.sock?db=2\n"))
        #expect(socket.endpoint.address == .socket("/run/redis.sock") && socket.endpoint.database == 2)
    }

    @Test("the password may be a key of its own, or stand in a file, or the whole URL may")
    func secrets() throws {
        let folder = try TemporaryFolder()
        try folder.write("s3cr${E}t\n", to: "password")
        try folder.write("redis://u:fr0mfile@h:1/2\n", to: "url")
        let plain = try configuration("store: { url: redis://h, password: s3cret }")
        #expect(try redis(plain).endpoint.password == "s3cret")
        let filed = try configuration("store: { url: 'redis://u:@h', password_file: password }", directory: folder.path)
        #expect(try redis(filed).endpoint.password == "s3cr${E}t" && redis(filed).endpoint.user == "u")
        let whole = try configuration("store: { url_file: url }", directory: folder.path)
        #expect(try redis(whole).endpoint.password == "fr0mfile" && redis(whole).endpoint.database == 2)
        for shown in [plain, filed, whole] {
            let text = shown.text(showingOrigins: true) + shown.entries().map(\.value).joined()
            #expect(!text.contains("s3cr") && !text.contains("fr0mfile"), "\(text)")
            #expect(!"\(shown.store)".contains("s3cr") && !"\(shown.store)".contains("fr0mfile"))
            #expect(!String(reflecting: shown.store).contains("s3cr"))
        }
    }

    @Test("the environment and flags win over a file's secrets")
    func precedence() throws {
        let folder = try TemporaryFolder()
        try folder.write("fromfile", to: "password")
        let text = "store: { url: redis://h, password_file: password, namespace: a }"
        let configuration = try configuration(
            text,
            environment: [
                "MAINSPRING_STORE_PASSWORD": "fromenv", "MAINSPRING_STORE_NAMESPACE": "b",
                "MAINSPRING_STORE_SPOOL_LIMIT": "7", "MAINSPRING_STORE_WHILE_AWAY": "run",
            ], directory: folder.path)
        let redis = try redis(configuration)
        #expect(redis.endpoint.password == "fromenv" && redis.namespace == "b" && redis.spool.jobs == 7)
        #expect(redis.whileAway == .run)
        #expect(!configuration.text().contains("fromenv"))
        let other = try Configuration.read(
            "store: { url_file: nowhere }", file: "f", directory: folder.path, workingDirectory: "/",
            environment: ["MAINSPRING_STORE": "redis://other"], hostName: "h")
        #expect(try self.redis(other).endpoint.address == .host("other", port: 6379))
    }

    @Test("a password in a URL is nowhere shown, however it is written")
    func redaction() throws {
        for password in ["p4ssw0rd", "p4ss%2Fw0rd"] {
            let shown = try configuration("store: 'redis://bob:\(password)@h:6379/1'").text(showingOrigins: true)
            #expect(!shown.contains("p4ss"), "\(shown)")
            #expect(shown.contains("redis://bob:***@h:6379/1"), "\(shown)")
        }
        // Not percent-encoded: refused or not, no part of it is quoted.
        let odd = problems("store: 'redis://bob:p4/ss?w#0rd@h:6379/x'").joined()
        #expect(!odd.isEmpty && !odd.contains("p4") && !odd.contains("0rd"), "\(odd)")
        #expect(ShownValue.withoutCredentials("redis://bob:p4/ss@w0rd@h/1") == "redis://bob:***@h/1")
    }

    @Test("keys of one store are refused beside another, with their lines")
    func misplaced() {
        #expect(
            problems(
                """
                store:
                  url: sqlite
                  while_away: run
                  namespace: x
                  spool: { limit: 5 }
                """) == [
                    "mainspring.yaml:3: store.while_away: only means something with a Redis store; leave it out, or give the store 'url: redis://HOST'",
                    "mainspring.yaml:4: store.namespace: only means something with a Redis store; leave it out, or give the store 'url: redis://HOST'",
                    "mainspring.yaml:5: store.spool: only means something with a Redis store; leave it out, or give the store 'url: redis://HOST'",
                ])
        #expect(
            problems("store:\n  url: redis://h\n  durability: normal\n") == [
                "mainspring.yaml:3: store.durability: means nothing with a Redis store: how durable a write is, is that server's business; see docs/redis.md"
            ])
        #expect(problems("store: { url: memory, password: x }").count == 1)
    }

    @Test("what is misspelt or impossible is named, with the nearest key")
    func wrong() {
        #expect(
            problems("store:\n  url: redis://h\n  while_awy: hold\n  spool: { limt: 3, size: 1KiB }\n") == [
                "mainspring.yaml:3: store.while_awy: unknown key; did you mean 'while_away'?",
                "mainspring.yaml:4: store.spool.limt: unknown key; did you mean 'limit'?",
                "mainspring.yaml:4: store.spool.size: must be from 1MiB to 1024GiB",
            ])
        #expect(
            problems("store: { url: redis://h, while_away: stop }").first?.contains("must be one of hold, run") == true)
        for url in ["redis://", "redis://h:port", "redis://h/notanumber", "rediss://h:99999", "redis+unix://"] {
            #expect(problems("store: '\(url)'").count == 1, "\(url)")
        }
        #expect(problems("store: { url: redis://h:1, url_file: x }").count == 1)
        #expect(problems("store: { url: redis://a:b@h, password: c }").count == 1)
        #expect(problems("store: { url: redis://h, password_file: /nowhere/at/all }").count == 1)
    }

    @Test("what is shown reads back, without the keys that mean nothing for the store")
    func roundTrip() throws {
        for text in ["store: redis://h:7/2\n", "store: { url: redis://h, while_away: run }\n", "store: memory\n", "{}"]
        {
            let first = try configuration(text)
            let second = try configuration(first.text())
            #expect(second.store == first.store && second.text() == first.text(), "\(first.text())")
        }
        #expect(!(try configuration("{}").text().contains("while_away")))
        #expect(!(try configuration("store: redis://h").text().contains("durability")))
    }

    @Test("the drill's kind is not the operator's")
    func reserved() {
        #expect(problems("jobs: { mainspring.drill: { exec: [x] } }").count == 1)
    }
}
