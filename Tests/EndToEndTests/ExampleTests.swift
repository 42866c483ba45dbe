import Foundation
import Testing

@Suite("The examples")
struct ExampleTests {
    @Test("hello greets, and Ctrl-C ends it cleanly; it has nine lines")
    func hello() async throws {
        let example = try Example("hello", in: ScratchFolder())
        _ = try await example.says { $0.contains("Hello, world") ? true : nil }
        _ = try await example.says { $0.contains("Up in ") ? true : nil }
        example.interrupt()
        _ = try await example.says { $0.contains("Stopped cleanly") ? true : nil }
        #expect(try await example.waitForExit() == 0)
        let source = try String(contentsOfFile: "\(Binary.packageRoot)/Examples/hello/Hello.swift", encoding: .utf8)
        #expect(source.split(separator: "\n", omittingEmptySubsequences: false).count <= 10)
    }

    @Test("hello-job greets in nine lines, once a second, by a job that it makes itself")
    func helloJob() async throws {
        let example = try Example("hello-job", in: ScratchFolder())
        _ = try await example.says { $0.contains("Hello, world") && $0.contains("job.kind=greet") ? true : nil }
        example.interrupt()
        #expect(try await example.waitForExit() == 0)
        let source = try String(contentsOfFile: "\(Binary.packageRoot)/Examples/hello-job/main.swift", encoding: .utf8)
        #expect(source.split(separator: "\n").count <= 9)
    }

    @Test("typed-jobs: jobs make jobs, are tried again or not, and the result comes back")
    func typedJobs() async throws {
        let folder = try ScratchFolder()
        let example = try Example("typed-jobs", in: folder)
        try await example.prints("3 of 5 rise: AAPL, MSFT, SAP; no price for 1")
        #expect(try await example.waitForExit() == 0)
        #expect(example.said.contains("Job failed and will be retried"))
        #expect(example.said.contains("Job discarded error=unknownSymbol"))
    }

    @Test("graceful-shutdown: every task is told, cleans up and finishes, then the program says goodbye")
    func gracefulShutdown() async throws {
        let example = try Example("graceful-shutdown", in: ScratchFolder())
        for number in 0..<3 { try await example.prints("Task \(number) is working...") }
        example.interrupt()
        #expect(try await example.waitForExit() == 0)
        try await example.prints("Goodbye!")
        let lines = example.lines
        let told = (0..<3).compactMap { lines.firstIndex(of: "Task \($0) received the stop, cleaning up...") }
        let finished = (0..<3).compactMap { lines.firstIndex(of: "Task \($0) finished") }
        #expect(told.count == 3 && finished.count == 3)
        // All are told before the first is done.
        #expect((told.max() ?? .max) < (finished.min() ?? .min))
        #expect(finished == finished.sorted())
        #expect(lines.last == "Goodbye!")
    }

    @Test("http-service: the handler enqueues, the job runs, and Ctrl-C shuts both down")
    func httpService() async throws {
        let folder = try ScratchFolder()
        for file in ["mainspring.yaml", "receipt.sh"] {
            try FileManager.default.copyItem(
                atPath: "\(Binary.packageRoot)/Examples/http-service/\(file)", toPath: folder.file(file))
        }
        let example = try Example("http-service", in: folder, environment: ["PORT": "18473"])
        _ = try await example.says { $0.contains("service ready") && $0.contains("service=web") ? true : nil }
        let answer = try await RawHTTP.request(port: 18473, "POST", "/orders/17")
        #expect(answer.status == 202)
        #expect(answer.body.hasPrefix("receipt-17 is "))
        _ = try await eventually("the job of the order is completed") {
            let job = try await RawHTTP.request(port: 18473, "GET", "/orders/17")
            return job.body.hasPrefix("receipt-17 is completed: ") && job.body.contains("order 17, paid") ? true : nil
        }
        let again = try await RawHTTP.request(port: 18473, "POST", "/orders/17")
        #expect(again.body.hasPrefix("receipt-17 is completed"))
        #expect(try await RawHTTP.request(port: 18473, "GET", "/orders/18").status == 404)
        example.interrupt()
        #expect(try await example.waitForExit() == 0)
    }

    @Test("names that are wrong end a program with 78, and a state folder that is taken with 75")
    func refusals() async throws {
        let folder = try ScratchFolder(
            config: "jobs: { receipt: { exec: [] } }\nservices: { web: { exec: [\"true\"] } }\n")
        let wrong = try Example("http-service", in: folder)
        _ = try await wrong.says { $0.contains("jobs.receipt.exec") ? true : nil }
        #expect(try await wrong.waitForExit() == 78)
        try folder.write("mainspring.yaml", "services: { web: { exec: [\"true\"] } }\n")
        let twice = try Example("http-service", in: folder)
        _ = try await twice.says { $0.contains("web: the name is taken by a service of mainspring.yaml") ? true : nil }
        #expect(try await twice.waitForExit() == 78)

        let first = try Example("hello", in: folder)
        _ = try await first.says { $0.contains("Up in ") ? true : nil }
        let second = try Example("hello", in: folder)
        _ = try await second.says { $0.contains("runs on this state folder") ? true : nil }
        #expect(try await second.waitForExit() == 75)
        first.interrupt()
        #expect(try await first.waitForExit() == 0)
    }
}
