import MainspringCore
import MainspringExecutors
import Testing

@Suite("Templates")
struct TemplateTests {
    @Test("values stand where their names stood, and an absent optional argument leaves its element out")
    func argv() throws {
        let template = try CommandTemplate([
            "./scan.sh", "--symbol={symbol}", "{depth}", "{{x}}", "{extra}", "{flag}", "{doc}",
        ])
        let schema = ArgumentSchema([
            "symbol": ArgumentRule(.string), "depth": ArgumentRule(.integer),
            "extra": ArgumentRule(.string, isOptional: true),
            "flag": ArgumentRule(.boolean), "doc": ArgumentRule(.json),
        ])
        let argv = try template.argv(
            with: [
                "symbol": "A; rm -rf / $(x)", "depth": 3, "flag": true, "doc": ["b": [1, "{symbol}"], "a": .null],
            ],
            schema: schema)
        #expect(
            argv == ["./scan.sh", "--symbol=A; rm -rf / $(x)", "3", "{x}", "true", #"{"a":null,"b":[1,"{symbol}"]}"#])
    }

    @Test("a negative number at the start of an element needs its dash declared")
    func dashes() throws {
        let template = try CommandTemplate(["./a", "{n}"])
        let error = #expect(throws: MainspringError.self) {
            try template.argv(with: ["n": -5], schema: ArgumentSchema(["n": ArgumentRule(.integer)]))
        }
        #expect(error?.code == .invalidArguments)
        let declared = ArgumentSchema(["n": ArgumentRule(.integer, allowsDash: true)])
        #expect(try template.argv(with: ["n": -5], schema: declared) == ["./a", "-5"])
        #expect(
            try CommandTemplate(["./a", "-n{n}"]).argv(
                with: ["n": -5], schema: ArgumentSchema(["n": ArgumentRule(.integer)])) == ["./a", "-n-5"])
    }

    @Test("braces that do not match, an empty command and a program with a placeholder are refused")
    func refused() {
        for texts in [
            ["a", "{"], ["a", "}"], ["a", "{}"], ["a", "{a b}"], ["a", "{{x}"], [], [""], ["{x}"], ["./{x}.sh"],
        ] {
            #expect(throws: TextTemplate.Problem.self) { try CommandTemplate(texts) }
        }
    }

    @Test("values in a URL are encoded so that they stay in their place")
    func urls() throws {
        let template = try URLTemplate("https://api.example.org:8443/v1/{a}/x?q={b}&r=1")
        #expect(template.host == "api.example.org" && template.port == 8443 && template.isSecure)
        let url = try template.url(with: ["a": "../?&#é", "b": "1&r=2 +%"])
        #expect(url == "https://api.example.org:8443/v1/..%2F%3F%26%23%C3%A9/x?q=1%26r%3D2%20%2B%25&r=1")
        #expect(try URLTemplate("http://h").url(with: [:]) == "http://h/")
        #expect(try URLTemplate("http://h?x={n}").url(with: ["n": 5]) == "http://h/?x=5")
        #expect(try URLTemplate("http://h/a/").url(with: [:]) == "http://h/a/")
    }

    @Test("a path segment never becomes empty or one of dots", arguments: ["", ".", ".."])
    func segments(value: String) throws {
        let template = try URLTemplate("http://h/a/{x}/b")
        #expect(throws: MainspringError.self) { try template.url(with: ["x": .string(value)]) }
        let last = try URLTemplate("http://h/a/{x}")
        #expect(throws: MainspringError.self) { try last.url(with: ["x": .string(value)]) }
    }

    @Test(
        "URLs that could lead elsewhere are refused",
        arguments: [
            "ftp://h/", "{x}://h/", "http://{h}/", "http://h{x}/", "http://h:{p}/", "http://u:p@h/", "http://h/#f",
            "http:///x", "http://h:0/",
            "http://h:99999/", "http://169.254.169.254/latest", "http://[fe80::1]/", "http://[::ffff:169.254.1.1]/",
            "http://[fd00:ec2::254]/", "http://h/a b", "h/x", "http://[zz]/", "http://h\\x/", "http://h/é",
        ])
    func refusedURLs(text: String) {
        #expect(throws: TextTemplate.Problem.self) { try URLTemplate(text) }
    }

    @Test("link-local addresses are known by their bytes, not their spelling")
    func linkLocal() {
        for address in ["169.254.0.1", "fe80::1", "FE80::1%eth0", "febf::", "::ffff:a9fe:1", "fd00:ec2:0:0::254"] {
            #expect(LinkLocalAddress.contains(address), "\(address)")
        }
        for address in ["127.0.0.1", "169.253.0.1", "fec0::1", "::1", "example.org", ""] {
            #expect(!LinkLocalAddress.contains(address), "\(address)")
        }
    }
}
