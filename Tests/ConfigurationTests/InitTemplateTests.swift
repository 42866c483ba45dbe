import Foundation
import Mainspring
import MainspringCore
import MainspringTesting
import Testing

@Suite("What init writes")
struct InitTemplateTests {
    @Test("is valid, and has one job, one schedule and one service whose programs are there")
    func valid() throws {
        let folder = try TemporaryFolder()
        for file in InitTemplate.files {
            try folder.write(file.content, to: file.path, mode: file.isExecutable ? 0o755 : 0o644)
        }
        let configuration = try Configuration.load(path: "\(folder.path)/mainspring.yaml", environment: [:])
        #expect(configuration.jobs.keys.sorted() == ["greet"])
        #expect(configuration.schedules.values.map(\.every) == [.seconds(10)])
        #expect(configuration.services.count == 1)
        for program in ["hello.sh", "clock.sh"] {
            #expect(FileManager.default.isExecutableFile(atPath: "\(folder.path)/\(program)"))
        }
    }

    @Test("the job's script gives JSON as its result")
    func script() async throws {
        let folder = try TemporaryFolder()
        let file = try #require(InitTemplate.files.first { $0.path == "hello.sh" })
        try folder.write(file.content, to: file.path, mode: 0o755)
        let output = try TestPipe()
        let process = try SpawnedProcess("\(folder.path)/hello.sh", ["Ada \"L\""], output: output.writing)
        let text = await output.text()
        #expect(await process.end() == 0)
        #expect(try JSONParser.parse(text) == ["length": 7])
    }
}
