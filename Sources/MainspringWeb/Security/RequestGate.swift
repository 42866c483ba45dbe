import HTTPTypes
import MainspringCore

/// Keeps other people's web pages out: a browser on this machine may be made to send requests here, and a foreign name may be
/// made to point here.
struct RequestGate: Sendable {
    private let hosts: Set<String>

    /// Loopback names and addresses pass always, and so does `bindHost`, unless it stands for every address.
    init(bindHost: String, hosts: [String]) {
        let names = hosts + (["0.0.0.0", "::", "*"].contains(bindHost) ? [] : [bindHost])
        self.hosts = Set(
            names.map { name in
                Authority(name)?.host ?? Authority("[\(name)]")?.host ?? name.lowercased()
            })
    }

    /// Before the path is looked at: every request names a host of ours.
    func checkHost(_ head: HTTPRequest) throws(Problem) {
        guard head.headerFields[.host] == nil else {
            throw Problem(.badRequest, .malformed, "there is more than one Host header")
        }
        guard let text = head.authority, let authority = Authority(text) else {
            throw Problem(.badRequest, .malformed, "the Host header is missing or malformed")
        }
        guard authority.isLoopback || hosts.contains(authority.host) else {
            throw Problem(
                .misdirectedRequest, .foreignHost, "this node does not answer to that Host",
                hint: "Use the node's own address, or add the name to 'http: { hosts: [...] }'.")
        }
    }

    /// Once the endpoint is known: the request comes from no foreign page.
    func checkOrigin(_ head: HTTPRequest, of endpoint: Endpoint?) throws(Problem) {
        let origin = head.headerFields[.origin]
        if let origin, !isOwn(origin, head) { throw Self.foreign }
        let site = head.headerFields[.secFetchSite]
        switch site {
        case nil, "same-origin", "none": break
        default:
            // A person may follow a link to the page from anywhere.
            let isNavigation =
                head.method == .get && endpoint?.surface == .page && head.headerFields[.secFetchMode] == "navigate"
                && (head.headerFields[.secFetchDest] ?? "document") == "document"
            guard isNavigation else { throw Self.foreign }
        }
        // Nothing but a browser posts a form, and a browser says where it comes from.
        if case .form? = endpoint?.body, site != "same-origin", origin == nil { throw Self.foreign }
    }

    private func isOwn(_ origin: String, _ head: HTTPRequest) -> Bool {
        let parts = origin.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, parts[1].hasPrefix("//"), let scheme = parts.first,
            scheme == "http" || scheme == "https",
            let from = Authority(parts[1].dropFirst(2)), let to = head.authority.flatMap({ Authority($0) })
        else { return false }
        let standard = scheme == "http" ? 80 : 443
        return from.host == to.host && (from.port ?? standard) == (to.port ?? standard)
    }

    private static let foreign = Problem(
        .forbidden, .foreignOrigin, "the request comes from a page of another origin",
        hint: "Send it from a program, or from this node's own page.")
}

extension HTTPField.Name {
    // All four are valid header names.
    static let host = HTTPField.Name("Host")!
    static let secFetchSite = HTTPField.Name("Sec-Fetch-Site")!
    static let secFetchMode = HTTPField.Name("Sec-Fetch-Mode")!
    static let secFetchDest = HTTPField.Name("Sec-Fetch-Dest")!
}
