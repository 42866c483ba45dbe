import Mainspring
import MainspringCore

/// Reads a text as `mainspring.yaml` in a folder that no test touches.
func configuration(
    _ text: String, environment: [String: String] = [:], flags: [ConfigurationFlag] = [],
    directory: String = "/nowhere",
    hostName: String = "host"
) throws(ConfigurationErrors) -> Configuration {
    try Configuration.read(
        text, file: "mainspring.yaml", directory: directory, workingDirectory: "/elsewhere", environment: environment,
        flags: flags, hostName: hostName)
}

/// The problems as a person sees them; empty when the text is valid.
func problems(
    _ text: String, environment: [String: String] = [:], flags: [ConfigurationFlag] = [], directory: String = "/nowhere"
) -> [String] {
    do {
        _ = try configuration(text, environment: environment, flags: flags, directory: directory)
        return []
    } catch {
        return error.problems.map(\.description)
    }
}
