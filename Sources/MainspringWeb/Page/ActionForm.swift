/// A button that changes something: a form, so that it works without scripts.
enum ActionForm {
    enum Tone: String {
        case plain, danger
    }

    /// `label` is what a screen reader says: with the thing's name.
    static func html(
        _ title: String, to action: String, label: String, from page: String, _ tone: Tone = .plain
    ) -> HTML {
        """
        <form method="post" action="\(action)"><input type="hidden" name="from" value="\(page)">\
        <button class="\(tone.rawValue)" aria-label="\(label)">\(title)</button></form>
        """
    }

    /// The path of a thing's action, with its name escaped.
    static func path(_ parts: String...) -> String {
        "/ui/" + parts.map(QueryString.encode).joined(separator: "/")
    }
}
