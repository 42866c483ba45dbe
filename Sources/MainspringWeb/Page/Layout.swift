/// The frame of every page.
struct Layout {
    let title: String
    let application: String
    /// Seconds; nil for a page that stays as it is.
    var refresh: Int?
    let header: HTML
    let content: HTML

    var html: HTML {
        let reload: HTML? = refresh.map { "<meta http-equiv=\"refresh\" content=\"\($0)\">\n" }
        return """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            \(reload)<title>\(title)</title>
            <link rel="stylesheet" href="\(Stylesheet.path)">
            <link rel="icon" href="\(Self.icon)">
            </head>
            <body>
            \(StateMark.shapes)
            <a class="skip" href="#content">Skip to content</a>
            <header class="top"><div class="inner">
            \(header)
            </div></header>
            <main id="content" class="inner">
            \(content)
            </main>
            </body>
            </html>

            """
    }

    /// A coiled spring.
    static let logo: HTML = """
        <svg class="logo" viewBox="0 0 32 32" aria-hidden="true"><path d="M16 16.5a1.6 1.6 0 1 1 1.7-1.6 4 4 0 1 1-4-4 6.6 6.6 0 1 1-6.5 6.7A9.3 9.3 0 0 1 16.5 8 11.6 11.6 0 0 1 28 19.6V27" fill="none" stroke="currentColor" stroke-width="2.1" stroke-linecap="round"/></svg>
        """

    private static let icon =
        "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Cpath d='M16 16.5a1.6 1.6 0 1 1 1.7-1.6 4 4 0 1 1-4-4 6.6 6.6 0 1 1-6.5 6.7A9.3 9.3 0 0 1 16.5 8 11.6 11.6 0 0 1 28 19.6V27' fill='none' stroke='%230f766e' stroke-width='2.4' stroke-linecap='round'/%3E%3C/svg%3E"
}
