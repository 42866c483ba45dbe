import Glibc
import MainspringCore

extension Configuration {
    /// Reads and validates the file at `path`; flags win over the environment, which wins over the file.
    ///
    /// Throws every problem at once. `workingDirectory` is what a relative `path` starts from, the process's own by
    /// default.
    public static func load(
        path: String, environment: [String: String], flags: [ConfigurationFlag] = [],
        hostName: String = Configuration.hostName(),
        workingDirectory: String? = nil
    ) throws(ConfigurationErrors) -> Configuration {
        let base = workingDirectory ?? currentDirectory()
        let file = FilePath.absolute(path, in: base)
        do {
            let text = try SmallFile.readText(file, limit: YAMLDocument.maxBytes)
            var configuration = try read(
                text, file: path, directory: FilePath.directory(of: file), workingDirectory: base,
                environment: environment,
                flags: flags, hostName: hostName)
            configuration.source = ConfigurationReading(
                path: path, environment: environment, flags: flags, hostName: hostName, workingDirectory: base)
            return configuration
        } catch let error as ConfigurationErrors {
            throw error
        } catch {
            let failure = error as? SmallFile.Failure
            let problem = ConfigurationProblem(
                source: path, line: nil, key: "", message: "cannot be read: \(failure?.reason ?? "unknown error")",
                hint: failure?.isMissing == true ? "'mainspring init' writes one" : nil)
            throw ConfigurationErrors(code: .configuration, problems: [problem])
        }
    }

    /// Validates a text as if it stood in `file`, in the absolute folder `directory`. Relative paths from the
    /// environment and from flags start at `workingDirectory`.
    public static func read(
        _ text: String, file: String, directory: String, workingDirectory: String, environment: [String: String],
        flags: [ConfigurationFlag] = [],
        hostName: String
    ) throws(ConfigurationErrors) -> Configuration {
        var problems = ProblemList(file: file)
        guard let document = YAMLDocument.read(text, problems: &problems) else { throw problems.thrown }
        guard document.members != nil else {
            problems.add("must be a mapping, but is \(document.noun)", at: document.origin, key: "")
            throw problems.thrown
        }
        var merged = SettingOverrides.apply(to: document, environment: environment, flags: flags, problems: &problems)
        merged = SettingOverrides.withDefaultQueue(merged)
        var validator = SchemaValidator(
            problems: problems, environment: environment, directory: directory,
            computed: ["node": validName(from: hostName)])
        let effective = validator.table(merged, as: ConfigurationSchema.root, path: "", at: document.origin)
        var builder = ConfigurationBuilder(
            problems: validator.problems, effective: effective, directory: directory,
            workingDirectory: workingDirectory,
            environment: environment)
        guard let configuration = builder.build() else { throw builder.problems.thrown }
        return configuration
    }

    /// This machine's name; `node` when it has none.
    public static func hostName() -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "node" }
        return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    static func validName(from hostName: String) -> String {
        let name = String(
            hostName.prefix(64).map { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) ? $0 : "-" })
        return TextFormat.name.problem(with: name) == nil ? name : "node"
    }

    static func currentDirectory() -> String {
        guard let path = getcwd(nil, 0) else { return "/" }
        defer { free(path) }
        return String(cString: path)
    }
}
