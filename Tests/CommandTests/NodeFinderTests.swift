import Glibc
import MainspringCore
import Testing

@testable import MainspringCommands

@Suite("Finding a node")
struct NodeFinderTests {
    private let run = #"{"pid":1,"node":"a","url":"http://127.0.0.1:8501","started_at":"2026-01-01T00:00:00Z"}"#

    private func find(
        in folder: TemporaryFolder, url: String? = nil, state: String? = nil, environment: [String: String] = [:],
        program: StubProgram = StubProgram()
    ) throws -> String {
        let tool = TestTool(.init(environment: environment, directory: folder.path, program: program))
        return try NodeFinder(context: tool.context).find(url: url, state: state).origin
    }

    private func expectNotRunning(_ body: () throws -> String) throws {
        let error = #expect(throws: MainspringError.self) { _ = try body() }
        #expect(error?.code == .notRunning)
        #expect(error?.hint != nil)
    }

    @Test("run.json is believed only while the lock is held")
    func lock() async throws {
        try await TemporaryFolder.with { folder in
            try folder.makeFolder(".mainspring")
            try folder.write(run, to: ".mainspring/run.json")
            try folder.write("", to: ".mainspring/lock")
            try expectNotRunning { try find(in: folder) }
            try await folder.holdingLock(".mainspring/lock") {
                let found = [
                    try find(in: folder), try find(in: folder, state: ".mainspring"),
                    try find(in: folder, state: "\(folder.path)/.mainspring"),
                ]
                #expect(found == Array(repeating: "http://127.0.0.1:8501", count: 3))
            }
            try expectNotRunning { try find(in: folder) }
        }
    }

    @Test("looking takes the lock from no node that starts afterwards")
    func lockIsGivenBack() async throws {
        try await TemporaryFolder.with { folder in
            try folder.write("", to: "lock")
            #expect(!StateFolder(path: folder.path).isHeld)
            try await folder.holdingLock("lock") { #expect(StateFolder(path: folder.path).isHeld) }
        }
    }

    @Test("two commands that look at once do not take each other for a node")
    func twoLooks() async throws {
        try await TemporaryFolder.with { folder in
            try folder.write("", to: "lock")
            let other = open("\(folder.path)/lock", O_RDONLY | O_CLOEXEC)
            defer { close(other) }
            #expect(flock(other, LOCK_SH | LOCK_NB) == 0)
            #expect(!StateFolder(path: folder.path).isHeld)
        }
    }

    @Test(
        "a held lock without a usable run.json is a node that still starts",
        arguments: ["", "{", "{}", #"{"url":"ftp://x"}"#])
    func starting(_ text: String) async throws {
        try await TemporaryFolder.with { folder in
            try folder.makeFolder("s")
            if !text.isEmpty { try folder.write(text, to: "s/run.json") }
            try await folder.holdingLock("s/lock") { try expectNotRunning { try find(in: folder, state: "s") } }
        }
    }

    @Test("links are not followed")
    func links() async throws {
        try await TemporaryFolder.with { folder in
            try folder.makeFolder("s")
            try folder.write(run, to: "elsewhere")
            symlink("\(folder.path)/elsewhere", "\(folder.path)/s/run.json")
            try await folder.holdingLock("s/lock") { try expectNotRunning { try find(in: folder, state: "s") } }
        }
    }

    @Test("flags win over the environment, which wins over the folder's files")
    func order() async throws {
        try await TemporaryFolder.with { folder in
            let environment = ["MAINSPRING_URL": "http://env:1", "MAINSPRING_STATE": "nowhere"]
            #expect(try find(in: folder, url: "http://flag:1/", environment: environment) == "http://flag:1")
            #expect(try find(in: folder, environment: environment) == "http://env:1")
            try expectNotRunning { try find(in: folder, state: "nowhere", environment: environment) }
            try expectNotRunning { try find(in: folder, environment: ["MAINSPRING_STATE": "nowhere"]) }
            try expectNotRunning { try find(in: folder) }
            try folder.write("", to: "mainspring.yaml")
            try folder.makeFolder("other")
            try folder.write(run, to: "other/run.json")
            try await folder.holdingLock("other/lock") {
                let program = StubProgram(state: "\(folder.path)/other")
                let found = try find(in: folder, program: program)
                #expect(found == "http://127.0.0.1:8501")
                try expectNotRunning { try find(in: folder) }
            }
        }
    }

    @Test(
        "what is no origin of a node is refused",
        arguments: ["", "127.0.0.1:8501", "ftp://a", "http://", "http://a/b", "http://a b", "http://u@h"])
    func badAddress(_ text: String) {
        #expect(NodeAddress(text) == nil)
    }

    @Test("paths and queries are percent-encoded")
    func encoding() {
        let address = NodeAddress("http://[::1]:8501/")
        #expect(
            address?.url(["v1", "a/../b?"], query: [("q", "a b&c=ü")])
                == "http://[::1]:8501/v1/a%2F..%2Fb%3F?q=a%20b%26c%3D%C3%BC")
    }
}
