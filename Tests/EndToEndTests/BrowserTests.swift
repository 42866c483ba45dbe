import Foundation
import MainspringCore
import Testing

/// The page in a real browser: headless chromium, which `scripts/setup test` installs.
@Suite("The page in a browser")
struct BrowserTests {
    @Test("it renders without a script of its own, within its content policy, and shows what runs")
    func page() async throws {
        let folder = try ScratchFolder(
            config: """
                name: browsed
                jobs:
                  hello: { exec: ["echo", "<b>hi</b>"], result: text }
                services:
                  still: { exec: ["sleep", "600"] }
                """)
        let daemon = try await Daemon.start(in: folder)
        let job = try await daemon.runJob("hello")
        let id = try #require(job["id"]?.string)

        let overview = try await browse(daemon.url + "/", in: folder)
        #expect(overview.output.contains("browsed"))
        #expect(!overview.output.contains("<script"))
        #expect(overview.output.contains("still"))
        #expect(overview.output.contains(id))
        #expect(overview.output.contains("&lt;b&gt;hi&lt;/b&gt;"))
        let page = try await browse(daemon.url + "/jobs/\(id)", in: folder)
        #expect(page.output.contains("success"))

        #expect(
            try await browse(daemon.url + "/", in: folder, arguments: ["--screenshot=\(folder.file("page.png"))"])
                .status == 0)
        let picture = try Data(contentsOf: URL(fileURLWithPath: folder.file("page.png")))
        // A page without its stylesheet, or an empty one, compresses to far less.
        #expect(picture.count > 15_000)
        #expect(try await daemon.stop() == 0)
    }

    /// The document after rendering; fails on what the browser refused to load.
    private func browse(
        _ url: String, in folder: ScratchFolder, arguments: [String] = ["--dump-dom"]
    ) async throws
        -> CommandResult
    {
        let program = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].first(
            where: FileManager.default.isExecutableFile)
        let result = try await Command.run(
            try #require(program, "chromium is missing: run scripts/setup test"),
            [
                "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",

                "--enable-logging=stderr", "--user-data-dir=\(folder.file("profile"))", "--window-size=1280,900",
            ] + arguments + [url], in: folder.path)
        #expect(!result.errors.contains("Refused to"), "\(result.errors)")
        return result
    }
}
