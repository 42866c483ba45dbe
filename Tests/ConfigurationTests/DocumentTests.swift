import Mainspring
import MainspringCore
import Testing

@Suite("Reading the document")
struct DocumentTests {
    @Test(
        "an empty document, and one of comments, is the configuration of all defaults",
        arguments: ["", "# nothing\n", "---\n", "~\n"])
    func empty(text: String) throws {
        let configuration = try configuration(text)
        #expect(configuration.name == "mainspring")
        #expect(configuration.node == "host")
        #expect(configuration.state == "/nowhere/.mainspring")
        #expect(configuration.store.backend == .sqlite(path: "/nowhere/.mainspring/jobs.db"))
        #expect(configuration.http.bind.host == "127.0.0.1" && configuration.http.bind.ports == 8501...8600)
        #expect(configuration.shutdown.grace == .seconds(18) && configuration.shutdown.cancel == .seconds(7))
        #expect(configuration.queues.keys.sorted() == ["default"])
        #expect(configuration.jobs.isEmpty && configuration.services.isEmpty && configuration.schedules.isEmpty)
    }

    @Test("a syntax error names its line")
    func syntax() {
        let found = problems("name: a\nhttp: {bind: [\nlog: x\n")
        #expect(found.count == 1)
        #expect(
            found[0].hasPrefix("mainspring.yaml:3: not valid YAML: ")
                || found[0].hasPrefix("mainspring.yaml:4: not valid YAML: "))
    }

    @Test("tabs, control characters, several documents and a document that is a list are refused with a line")
    func otherSyntax() {
        #expect(problems("queues:\n\tdefault: 1\n").first?.hasPrefix("mainspring.yaml:2: not valid YAML") == true)
        #expect(problems("name: a\nnode: \u{7}\n").first?.hasPrefix("mainspring.yaml:2: not valid YAML") == true)
        #expect(problems("name: a\n---\nname: b\n").first?.hasPrefix("mainspring.yaml:2: not valid YAML") == true)
        #expect(problems("- a\n") == ["mainspring.yaml:1: must be a mapping, but is a list"])
    }

    @Test("keys that stand twice are all named, with both lines, and the rest is checked too")
    func duplicates() {
        let text = """
            name: a
            nmae: b
            name: c
            queues:
              x: { workers: 1, workers: 2 }
            "name": d
            """
        #expect(
            problems(text) == [
                "mainspring.yaml:2: nmae: unknown key; did you mean 'name'?",
                "mainspring.yaml:3: name: the key is there twice, first on line 1",
                "mainspring.yaml:5: queues.x.workers: the key is there twice, first on line 5",
                "mainspring.yaml:6: name: the key is there twice, first on line 3",
            ])
    }

    @Test("anchors and aliases work")
    func aliases() throws {
        let configuration = try configuration(
            """
            jobs:
              a: { exec: [./a], retry: &patient { max: 9 } }
              b: { exec: [./b], retry: *patient }
            """)
        #expect(configuration.jobs["b"]?.retry.maxAttempts == 9)
    }

    @Test("aliases that multiply are refused before they expand")
    func bombs() {
        var bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            let item = "*a\(level - 1)"
            bomb += "a\(level): &a\(level) [" + Array(repeating: item, count: 9).joined(separator: ", ") + "]\n"
        }
        #expect(problems(bomb) == ["mainspring.yaml: too many aliases of anchors within one another"])
        var smaller = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...5 {
            let item = "*a\(level - 1)"
            smaller += "a\(level): &a\(level) [" + Array(repeating: item, count: 9).joined(separator: ", ") + "]\n"
        }
        #expect(problems(smaller).contains { $0.hasSuffix("more than 100000 values") })
    }

    @Test("a key that is a list of aliases is refused, not hashed for ever")
    func complexKeys() {
        #expect(problems("? [a, b]\n: 1\n") == ["mainspring.yaml:1: a key must be a single word"])
    }

    @Test("what is too deep or too large is refused")
    func bounds() {
        let deep = String(repeating: "[", count: 40) + String(repeating: "]", count: 40)
        #expect(problems("name: \(deep)").first?.hasSuffix("more than 32 levels deep") == true)
        #expect(problems("name: " + String(repeating: "[", count: 200_000)).count == 1)
        #expect(problems("# " + String(repeating: "x", count: 1 << 20)) == ["mainspring.yaml: larger than 1 MiB"])
    }

    @Test("problems are bounded")
    func manyProblems() {
        let text = (0..<5000).map { "key\($0): 1\n" }.joined()
        let found = problems(text)
        #expect(found.count == 201)
        #expect(found.last == "mainspring.yaml: more than 200 problems")
    }

    @Test("a missing file says how to make one")
    func missing() throws {
        let folder = try TemporaryFolder()
        let error = try #require(throws: ConfigurationErrors.self) {
            try Configuration.load(path: "\(folder.path)/mainspring.yaml", environment: [:])
        }
        #expect(error.problems.map(\.message) == ["cannot be read: No such file or directory"])
        #expect(error.problems.map(\.hint) == ["'mainspring init' writes one"])
        let onFolder = try #require(throws: ConfigurationErrors.self) {
            try Configuration.load(path: folder.path, environment: [:])
        }
        #expect(onFolder.problems.map(\.message) == ["cannot be read: not a regular file"])
    }

    @Test("a relative path starts at the working directory, and paths in the file at its folder")
    func folders() throws {
        let folder = try TemporaryFolder()
        try folder.write("state: data\nstore: sqlite:db/jobs.db\n", to: "m.yaml")
        let configuration = try Configuration.load(path: "m.yaml", environment: [:], workingDirectory: folder.path)
        #expect(configuration.file == "m.yaml")
        #expect(configuration.directory == folder.path)
        #expect(configuration.state == "\(folder.path)/data")
        #expect(configuration.store.backend == .sqlite(path: "\(folder.path)/db/jobs.db"))
    }
}
