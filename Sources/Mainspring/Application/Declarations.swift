import GRDB
import MainspringCore
import MainspringRuntime

/// Everything that an application declared.
struct Declarations: Sendable {
    var children: [DeclaredChild] = []
    var resources: [ProvidedResource] = []
    var startHooks: [Hook] = []
    var shutdownHooks: [Hook] = []
    var jobs = DeclaredJobs()
    /// Where the job tables live instead of in the configured store.
    var jobPool: DatabasePool?

    /// By name.
    var services: [String] { children.flatMap(\.all).filter { $0.kind == .service }.map(\.name) }

    var loops: [(name: String, every: Duration)] {
        children.flatMap(\.all).compactMap { child in child.every.map { (child.name, $0) } }
    }

    /// Throws all that is wrong with names at once; the file's names belong to the same namespace.
    func check(against configuration: Configuration) throws(ConfigurationErrors) {
        var taken: [String: String] = [:]
        let file = configuration.file.split(separator: "/").last.map(String.init) ?? configuration.file
        for service in configuration.services { taken[service.name] = "a service of \(file)" }
        for loop in configuration.loops { taken[loop.name] = "a loop of \(file)" }
        for group in configuration.supervision.groups { taken[group.name] = "a group of \(file)" }
        var problems = check(children.flatMap(\.all).map { ($0.name, $0.site) }, taken: taken)
        problems += check(resources.map { ($0.name, $0.site) }, isFree: true)
        problems += check(startHooks.map { ($0.name, $0.site) })
        problems += check(shutdownHooks.map { ($0.name, $0.site) })
        problems += jobs.problems(against: configuration)
        guard problems.isEmpty else { throw ConfigurationErrors(code: .configuration, problems: problems) }
    }

    private func check(
        _ names: [(String, SourceSite?)], taken: [String: String] = [:], isFree: Bool = false
    ) -> [ConfigurationProblem] {
        var taken = taken
        return names.compactMap { name, site in
            let source = site?.file ?? "the program"
            if let other = taken[name] {
                return ConfigurationProblem(
                    source: source, line: site?.line, key: name, message: "the name is taken by \(other)",
                    hint: "give one of them another name")
            }
            taken[name] = site.map { "what is declared at \($0)" } ?? "another one"
            // The names of types are names of resources.
            guard !isFree, let problem = TextFormat.name.problem(with: name) else { return nil }
            return ConfigurationProblem(source: source, line: site?.line, key: name, message: problem)
        }
    }
}
