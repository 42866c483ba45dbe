import MainspringCore
import MainspringTesting
import Testing

@testable import MainspringWeb

@Suite("How a job is added over HTTP")
struct JobOptionsAPITests {
    @Test("unique: the same arguments are the same job, for as long as was asked") func unique() async throws {
        try await Fixture().run { node in
            func add(_ id: String, _ symbol: String) async -> Answer {
                await node.add(
                    #"{"kind":"scan","id":"\#(id)","in":"1h","args":{"symbol":"\#(symbol)","days":\#(id.count)},"unique":{"by":["symbol"],"for":"10m"}}"#
                )
            }
            let first = await add("a", "A")
            #expect(first.status == 201)
            #expect(first.json["unique"]?["key"]?.string?.count == 64)
            #expect(first.json["unique"]?["until"]?.string == "2026-01-01T00:10:00.000Z")
            let second = await add("bb", "A")
            #expect(second.status == 200)
            #expect(second.json["duplicate"] == true && second.json["replaced"] == nil)
            #expect(second.id == "a")
            #expect(await add("ccc", "B").status == 201)
            node.time.advance(by: .seconds(600))
            #expect(await add("dddd", "A").status == 201)
        }
    }

    @Test("replace: the waiting job takes the content over, and says so") func replaced() async throws {
        try await Fixture().run { node in
            func add(_ days: Int) async -> Answer {
                await node.add(
                    #"{"kind":"scan","in":"1h","args":{"symbol":"A","days":\#(days)},"unique":{"by":["symbol"],"on_conflict":"replace"}}"#
                )
            }
            let first = await add(1)
            let second = await add(2)
            #expect(second.status == 200)
            #expect(second.json["replaced"] == true && second.json["duplicate"] == nil)
            #expect(second.id == first.id)
            #expect(await node.get("/v1/jobs/\(first.id)").json["args"]?["days"] == 2)
        }
    }

    @Test("a unique key over an argument that nobody declared is refused, as it would make all jobs the same")
    func undeclared() async throws {
        let answer = await Fixture().add(#"{"kind":"scan","args":{"symbol":"A"},"unique":{"by":["symbl"]}}"#)
        #expect(answer.status == 422)
        #expect(answer.text.contains("did you mean 'symbol'?"))
    }

    @Test("metadata and a deadline stay with the job; the deadline is a time, or a duration from now")
    func kept() async throws {
        try await Fixture().run { node in
            let job = await node.add(
                #"{"kind":"scan","in":"1m","args":{"symbol":"A"},"deadline":"1h","metadata":{"trace":"00-ab"}}"#)
            #expect(job.json["deadline"]?.string == "2026-01-01T01:00:00.000Z")
            #expect(job.json["metadata"] == ["trace": "00-ab"])
            let other = await node.add(
                #"{"kind":"scan","in":"1m","args":{"symbol":"A"},"deadline":"2026-02-01T00:00:00Z"}"#)
            #expect(other.json["deadline"]?.string == "2026-02-01T00:00:00.000Z")
            #expect(other.json["metadata"] == [:])
        }
    }

    @Test("metadata is bounded in entries and bytes") func bounded() async {
        let node = Fixture()
        func add(_ entries: Int, bytes: Int) async -> Answer {
            let text = String(repeating: "x", count: bytes)
            let members = (0..<entries).map { "\"k\($0)\":\"\(text)\"" }.joined(separator: ",")
            return await node.add("{\"kind\":\"scan\",\"metadata\":{\(members)}}")
        }
        #expect(await add(16, bytes: 500).status == 422, "16 entries of 8 KiB are taken; the arguments are missing")
        #expect(await add(17, bytes: 1).text.contains("at most 16 entries"))
        #expect(await add(1, bytes: 8 << 10).text.contains("longer than 8KiB"))
    }
}
