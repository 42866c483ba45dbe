import HTTPTypes
import MainspringCore

/// What a browser shows when a request was refused.
enum ErrorPage {
    static func html(_ problem: Problem, application: String) -> HTML {
        let hint: HTML? = problem.hint.map { "<p>\($0)</p>" }
        return Layout(
            title: "\(problem.status.reasonPhrase) · \(application)", application: application,
            header: "<div class=\"brand\">\(Layout.logo)<p class=\"crumb\"><a href=\"/\">\(application)</a></p></div>",
            content: """
                <section class="failure"><h1>\(problem.status.reasonPhrase)</h1>
                <p><strong>\(problem.detail)</strong></p>\(hint)
                <p><code>\(Int(problem.status.code)) \(problem.code.rawValue)</code></p>
                <p><a href="/">Back to the overview</a></p></section>
                """
        ).html
    }
}
