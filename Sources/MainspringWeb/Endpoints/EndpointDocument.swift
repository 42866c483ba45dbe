import HTTPTypes

/// The text of `docs/http-api.md`, made of the endpoints.
enum EndpointDocument {
    static var text: String {
        """
        # HTTP API

        Made from the table of endpoints (`EndpointTable.swift`): edit that, then run the tests with `MAINSPRING_REGENERATE=1`.

        JSON in UTF-8; times are RFC 3339 in UTC; durations in answers are numbers named `…_seconds`; integers of 64 bits stay
        as they are. HEAD is answered wherever GET is. An unknown parameter or field is refused, never ignored.

        **Errors** are `application/problem+json` (RFC 9457): `type`, `title`, `status`, `detail`, a stable `code`, often a `hint`
        that says what to do next, and `problems` when there are several (`index` is the place in an array, `field` the member).
        Any endpoint may answer:

        | Status | Code | When |
        |---|---|---|
        | 400 | `malformed`, `not_in_this_version` | The Host header, path, query or body cannot be read; JSON that is cut off, deeper than 64 levels, or has a name twice (`detail` tells the byte). |
        | 403 | `foreign_origin` | `Origin` is another one, or `Sec-Fetch-Site` says that another site's page sent it. |
        | 404 | `not_found` | There is nothing at the path, or nothing of that name. |
        | 405 | `method_not_allowed` | `Allow` lists the methods of the path. |
        | 413 | `too_large` | The body is longer than `http.body_limit`. Told before the body is read; then the connection closes. |
        | 415 | `unsupported_content_type` | A body that is not `application/json`, or on the page's own paths not a form. |
        | 421 | `foreign_host` | `Host` is neither a loopback name, nor the address that the node is bound to, nor in `http.hosts`. |
        | 500 | `internal` | A fault of the node; its log tells more. |
        | 503 | `draining`, `store_…` | The node stops, or the store does not take steps; `Retry-After` tells when to try again. |

        A job is `id`, `kind`, `state`, `queue`, `priority`, `args`, `attempt` (used attempts), `max_attempts`, `result`, `error`
        (`code`, `message`, `detail`), `tags`, `metadata`, `created_at`, `scheduled_at`, `started_at`, `finished_at`,
        `cancel_requested_at`, `deadline`, `node` (that runs it now), `progress` (`fraction`, `message`) and `heartbeat_at` (the
        last sign of life) of the attempt that runs or ran last, `parked` (why no live node can run it), `unique` (`key`,
        `until`), `schedule` (that made it), `parent` (the job whose attempt made it), `version` (of its payload's form),
        `rescues`, `max_rescues`, `snoozes`, and, where one job is asked for, `attempts` (`number`, `node`, `started_at`,
        `finished_at`, `outcome`, `error`). What is not there is null.

        A running attempt proves what it is by its token, in the header `\(HTTPField.Name.attemptToken)`: a command finds it in
        `MAINSPRING_ATTEMPT_TOKEN`. Once another attempt has the job, or none, it is answered 409 `stale_attempt`.

        \(section("For programs", .api))
        \(section("For probes and metrics", .probe))
        \(section("For browsers", .page))
        """
    }

    private static func section(_ title: String, _ surface: Endpoint.Surface) -> String {
        let endpoints = EndpointTable.all.filter { $0.surface == surface }
        return "## \(title)\n\n" + endpoints.map(entry).joined(separator: "\n")
    }

    private static func entry(_ endpoint: Endpoint) -> String {
        var text = "### `\(endpoint.method.rawValue) \(endpoint.path)`\n\n\(endpoint.summary)\n\n"
        for parameter in endpoint.parameters where parameter.place == .query {
            text += "- Query `\(parameter.name)`: \(parameter.typeName). \(parameter.meaning)\n"
        }
        switch endpoint.body {
        case .none: break
        case .form: text += "- Body: a form of the page.\n"
        case .json(let schema):
            if schema.fields.isEmpty {
                text += "- Body: none, or `{}`.\n"
            } else {
                text += "- Body: \(schema.typeName):\n"
                text += lines(schema.fields, indent: "  ")
            }
        }
        for answer in endpoint.answers { text += "- \(answer.status): \(answer.meaning)\n" }
        return text
    }

    private static func lines(_ fields: [Schema.Field], indent: String) -> String {
        fields.map { field in
            let title = "`\(field.name)`\(field.isRequired ? " (required)" : "")"
            return "\(indent)- \(title): \(field.schema.typeName). \(field.meaning)\n"
                + lines(field.schema.fields, indent: indent + "  ")
        }.joined()
    }
}
