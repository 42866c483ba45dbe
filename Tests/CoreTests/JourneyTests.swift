import Foundation
import Testing

@Suite("docs/journey.md")
struct JourneyTests {
    @Test("every path that the journeys name exists; that of a job has nine steps, that of a service seven")
    func paths() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "docs/journey.md"), encoding: .utf8)
        let paths = text.matches(of: /`((?:Sources|Tests|docs|Examples)\/[^`]+)`/).map { String($0.1) }
        #expect(paths.count >= 20)
        for path in Set(paths) {
            #expect(FileManager.default.fileExists(atPath: root.appending(path: path).path), "\(path) is not there")
        }
        let journeys = text.components(separatedBy: "\n# ")
        #expect(
            journeys.map { journey in
                journey.split(separator: "\n").count { $0.firstMatch(of: /^\| [1-9] \| `Sources\//) != nil }
            } == [9, 7])
    }
}
