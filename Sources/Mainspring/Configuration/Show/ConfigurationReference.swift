import MainspringCore

/// Writes `docs/configuration.md` from the schema.
enum ConfigurationReference {
    static func markdown() -> String {
        var text = """
            # Configuration

            <!-- Generated from Sources/Mainspring/Configuration/Schema; a test compares. Do not edit. -->

            `mainspring.yaml` is one YAML document. Everything in it has a default, so an empty file is valid.
            `mainspring config check` names every problem at once, with file, line and key; `mainspring config show
            --origin` prints the effective values and where each came from. `docs/mainspring.schema.json` is the same
            table as a JSON Schema.

            - **Precedence**: flags, then environment variables (the names are below; an empty one counts as unset),
              then the file, then defaults.
            - **Durations** are `250ms`, `30s`, `5m`, `12h`, `7d` or sums such as `1h30m`; **sizes** are `512B`,
              `64KiB`, `8MiB`, `1GiB`.
            - **Variables**: `${NAME}` and `${NAME:-default}` stand for environment variables inside values (not in
              names). An unset variable without a default is an error; the default also stands for an empty one. `$${`
              is a literal `${`. What is put in is never read again: neither as YAML, nor as another variable, nor as
              a place for an argument.
            - **Secrets**: under `headers` and `env`, and where a key says so, `NAME_file: PATH` reads the value of `NAME`
              from a file (at most 64 KiB; the newline at its end is left out). These values, passwords in URLs, and what came from variables whose name tells
              (`…TOKEN`, `…SECRET`, `…PASSWORD`, `…KEY`), are never shown.
            - **Paths** in the file are relative to its folder, where commands run too; those in variables and flags
              to the current folder.
            - **Arguments**: the declared type decides how a value is read, so `symbol: NO` is the text `NO` where
              `symbol` is a string. A short `symbol: string` stands for `symbol: { type: string }`. In `exec`,
              `{name}` is a declared argument; an optional one must be an element of its own, and the element is left
              out with it. Numbers and booleans stand as text, `json` as compact JSON. In a URL, arguments stand in
              path and query only, percent-encoded. An argument inside a program's text (`sh -c`, `python -c`, an
              `awk` program) is refused: use standard input, the environment or `"$1"`.
            - **Bounds**: 1 MiB of file, 32 levels, 100,000 values after anchors are expanded, 10,000 entries in a
              mapping.


            """
        text += section(ConfigurationSchema.root, path: "")
        text += "\n## Not in this version\n\nThese keys are refused by name rather than ignored: "
        text += laterKeys(ConfigurationSchema.root, path: "").map { "`\($0)`" }.joined(separator: ", ") + ".\n"
        return text
    }

    private static func section(_ table: SchemaTable, path: String) -> String {
        var text = path.isEmpty ? "## Top level\n\n" : "\n## `\(path)`\n\n"
        for (names, words) in [(table.exactlyOne, "Exactly one of"), (table.atMostOne, "At most one of")]
        where !names.isEmpty {
            text += "\(words) \(names.map { "`\($0)`" }.joined(separator: ", ")).\n\n"
        }
        text += "| Key | Value | Default | Meaning |\n|---|---|---|---|\n"
        for key in table.available { text += row(key, path: path) }
        for key in table.available {
            let inner = SchemaValidator.join(path, key.name)
            switch key.type {
            case .table(let table), .shorthand(_, let table): text += section(table, path: inner)
            case .map(_, .table(let table), _, _), .map(_, .shorthand(_, let table), _, _):
                text += section(table, path: "\(inner).NAME")
            default: break
            }
        }
        return text
    }

    private static func row(_ key: SchemaKey, path: String) -> String {
        let inner = SchemaValidator.join(path, key.name)
        let beside =
            (key.beside.map { " Only beside `\($0)`." } ?? "") + (key.rival.map { " Not beside `\($0)`." } ?? "")
        let variable = SettingOverrides.paths.contains(inner) ? " `\(SettingOverrides.variable(for: inner))`." : ""
        let file = key.mayBeInFile ? " `\(key.name)\(SchemaKey.fileSuffix): PATH` reads it from a file." : ""
        return "| `\(key.name)` | \(value(key.type)) | \(fallback(key)) | \(key.meaning)\(file)\(beside)\(variable) |\n"
    }

    private static func value(_ type: SchemaType) -> String {
        switch type {
        case .choice(let words, _): words.map { "`\($0)`" }.joined(separator: " ")
        case .integer(let range):
            range.upperBound == .max ? "whole number" : "\(range.lowerBound) to \(range.upperBound)"
        case .duration(let range): "duration, \(range.lowerBound.text) to \(range.upperBound.text)"
        case .size(let range): "size, \(range.lowerBound.text) to \(range.upperBound.text)"
        case .list(let item, _, _): "list of: \(value(item))"
        case .template: "text with `{argument}`"
        default: type.noun
        }
    }

    private static func fallback(_ key: SchemaKey) -> String {
        switch key.fallback {
        case .text(let text): "`\(text)`"
        case .emptyList: "`[]`"
        case .computed(let words): words
        case .absent: ""
        case .none: key.isRequired ? "**required**" : ""
        }
    }

    private static func laterKeys(_ table: SchemaTable, path: String) -> [String] {
        table.keys.flatMap { key -> [String] in
            let inner = SchemaValidator.join(path, key.name)
            if key.availability == .later { return [inner] }
            switch key.type {
            case .table(let table), .shorthand(_, let table): return laterKeys(table, path: inner)
            case .map(_, .table(let table), _, _): return laterKeys(table, path: "\(inner).NAME")
            case .choice(_, let later): return later.map { "\(inner): \($0)" }
            default: return []
            }
        }
    }
}
