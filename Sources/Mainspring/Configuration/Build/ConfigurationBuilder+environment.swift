extension ConfigurationBuilder {
    private static let fileLimit = 1 << 20

    /// The whole environment of a command, but for the `MAINSPRING_…` variables.
    mutating func environment(in section: SettingReader) -> [String: String] {
        var environment = inherited
        environment.merge(environmentFile(in: section)) { $1 }
        for (name, reader) in section.entries("env") {
            if name.hasPrefix("MAINSPRING_") {
                problems.add(
                    "variables named MAINSPRING_… are set by Mainspring", at: reader.node.origin, key: reader.path)
            }
            environment[name] = reader.node.text ?? ""
        }
        return environment
    }

    /// Lines of `NAME=VALUE`; empty lines and those that start with `#` are skipped, and one pair of quotes around a
    /// value is taken off. Nothing in it is expanded.
    private mutating func environmentFile(in section: SettingReader) -> [String: String] {
        guard let name = section.text("env_file") else { return [:] }
        let origin = section.origin(of: "env_file")
        let key = section.path(of: "env_file")
        do {
            var environment: [String: String] = [:]
            let text = try SmallFile.readText(absolute(name), limit: Self.fileLimit)
            for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated()
            {
                let line = line.drop { $0 == " " || $0 == "\t" }
                if line.isEmpty || line.first == "#" { continue }
                let equals = line.firstIndex(of: "=") ?? line.startIndex
                let name = String(line[..<equals])
                guard TextFormat.variableName.problem(with: name) == nil, !line.utf8.contains(0) else {
                    problems.add("line \(index + 1) of the file is not NAME=VALUE", at: origin, key: key)
                    continue
                }
                var value = line[line.index(after: equals)...]
                if let quote = value.first, quote == "\"" || quote == "'", value.count > 1, value.last == quote {
                    value = value.dropFirst().dropLast()
                }
                environment[name] = String(value)
            }
            return environment
        } catch {
            problems.add("the file cannot be read: \(error.reason)", at: origin, key: key)
            return [:]
        }
    }
}
