import Foundation
import HTTPTypes
import MainspringTelemetry
import Testing

@testable import MainspringWeb

@Suite("Generated documents")
struct DocumentTests {
    @Test("docs/http-api.md is what the endpoints say") func api() throws {
        try check("docs/http-api.md", EndpointDocument.text)
    }

    @Test("docs/metrics.md is what the catalog says") func metrics() throws {
        try check("docs/metrics.md", MetricsCatalog.document)
    }

    @Test("every endpoint is described, and no two are the same") func described() {
        let names = EndpointTable.all.map { "\($0.method.rawValue) \($0.path)" }
        #expect(Set(names).count == names.count)
        for endpoint in EndpointTable.all {
            #expect(!endpoint.summary.isEmpty && !endpoint.answers.isEmpty)
            for part in endpoint.path.description.split(separator: "/")
            where part.hasPrefix("{") && !endpoint.path.description.hasPrefix("/ui/") {
                let name = String(part.dropFirst().dropLast())
                #expect(endpoint.parameters.contains { $0.place == .path && $0.name == name }, "\(endpoint.path)")
            }
        }
    }

    private func check(_ path: String, _ expected: String) throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let file = root.appending(path: path)
        if ProcessInfo.processInfo.environment["MAINSPRING_REGENERATE"] == "1" {
            try Data(expected.utf8).write(to: file)
        }
        let text = try String(contentsOf: file, encoding: .utf8)
        #expect(text == expected, "run the tests with MAINSPRING_REGENERATE=1")
    }
}
