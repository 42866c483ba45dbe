import HTTPTypes

/// Every route of this version.
enum EndpointTable {
    static let all: [Endpoint] =
        JobEndpoints.all + AttemptEndpoints.all + QueueEndpoints.all + ServiceEndpoints.all + NodeEndpoints.all
        + PeerEndpoints.all + RuntimeEndpoint.all + DrillEndpoints.all + PageEndpoints.all

    /// By path: what needs no thread of the pool.
    static let immediate = Dictionary(
        uniqueKeysWithValues: all.filter { $0.immediate != nil }.map { ($0.path.description, $0) })

    enum Match {
        case endpoint(Endpoint, captures: [String: String])
        case wrongMethod(allowed: [HTTPRequest.Method])
        case unknownPath
    }

    /// HEAD is answered wherever GET is.
    static func match(_ method: HTTPRequest.Method, _ path: [String]) -> Match {
        let wanted = method == .head ? .get : method
        var allowed: [HTTPRequest.Method] = []
        for endpoint in all {
            guard let captures = endpoint.path.match(path) else { continue }
            if endpoint.method == wanted { return .endpoint(endpoint, captures: captures) }
            allowed.append(endpoint.method)
            if endpoint.method == .get { allowed.append(.head) }
        }
        return allowed.isEmpty ? .unknownPath : .wrongMethod(allowed: allowed)
    }
}
