import HTTPTypes
import MainspringCore

/// What a handler answers.
struct Reply: Sendable {
    var status: HTTPResponse.Status
    var headers: HTTPFields
    var body: [UInt8]

    init(_ status: HTTPResponse.Status = .ok, type: String, headers: HTTPFields = [:], body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
        self.headers[.contentType] = type
    }

    static func json(_ value: JSONValue, _ status: HTTPResponse.Status = .ok) -> Reply {
        var bytes: [UInt8] = []
        value.write(into: &bytes)
        bytes.append(UInt8(ascii: "\n"))
        return Reply(status, type: "application/json", body: bytes)
    }

    /// `{"data": […], "next": …}`.
    static func list(_ items: [JSONValue], next: String? = nil) -> Reply {
        json(["data": .array(items), "next": next.map(JSONValue.string) ?? .null])
    }

    static func text(
        _ text: String, _ status: HTTPResponse.Status = .ok, type: String = "text/plain; charset=utf-8"
    ) -> Reply {
        Reply(status, type: type, body: Array(text.utf8))
    }

    static func html(_ html: HTML, _ status: HTTPResponse.Status = .ok) -> Reply {
        Reply(status, type: "text/html; charset=utf-8", body: Array(html.text.utf8))
    }

    /// After a form's post: the browser shows another page, and a reload does not post again.
    static func seeOther(_ location: String) -> Reply {
        Reply(.seeOther, type: "text/plain; charset=utf-8", headers: [.location: location], body: [])
    }
}
