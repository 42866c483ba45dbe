import MainspringRuntime
import Testing

@Suite("The URL of a readiness probe")
struct ProbeURLTests {
    @Test(
        "is taken apart",
        arguments: [
            ("http://127.0.0.1:9000/healthz", "127.0.0.1", 9000, "/healthz"),
            ("http://localhost", "localhost", 80, "/"),
            ("HTTP://feed.local:81?deep=1", "feed.local", 81, "/?deep=1"),
            ("http://[::1]:8080/a?b", "::1", 8080, "/a?b"),
            ("http://[::1]", "::1", 80, "/"),
        ])
    func parts(text: String, host: String, port: Int, path: String) {
        let url = ProbeURL(text)
        #expect(url?.host == host && url?.port == port && url?.path == path)
    }

    @Test(
        "is refused",
        arguments: [
            "https://a/", "a:80", "http://", "http://:80/", "http://a:0/", "http://a:65536/", "http://a:x/",
            "http://a:/",
            "http://u@a/", "http://a/#f", "http://a/ b", "http://a/\r\nX: y", "http://[::1/", "http://[::1]x/",
            "http://é/",
        ])
    func refused(text: String) {
        #expect(ProbeURL(text) == nil)
    }
}
