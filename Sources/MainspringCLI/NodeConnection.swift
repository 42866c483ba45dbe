import Foundation
import Mainspring
import MainspringCommands
import MainspringCore
import MainspringSQLite

/// The seam between the command line and the node: the only file that knows both.
struct NodeConnection: NodeProgram {
    func run(_ request: RunRequest) async throws -> MainspringCommands.ExitStatus {
        let configuration = try load(request.configuration)
        return MainspringCommands.ExitStatus(
            rawValue: try await Mainspring.run(configuration, queues: request.queues.map(Set.init)))
    }

    func checkConfiguration(_ source: ConfigurationSource) throws -> [ConfigurationRefusal.Problem] {
        try load(source).warnings.map(Self.problem)
    }

    func showConfiguration(_ source: ConfigurationSource, origins: Bool) throws -> ConfigurationListing {
        let configuration = try load(source)
        return ConfigurationListing(
            text: configuration.text(showingOrigins: origins),
            entries: configuration.entries().map { ConfigurationEntry(key: $0.key, value: $0.value, origin: $0.origin) }
        )
    }

    func stateFolder(_ source: ConfigurationSource) throws -> String? {
        try? load(source).state
    }

    func storeFile(_ source: ConfigurationSource) throws -> String? {
        guard case .sqlite(let path) = try load(source).store.backend else { return nil }
        return path
    }

    func checkStore(at path: String) async throws -> [String] { try await SQLiteStoreFile.check(path: path) }

    func backUpStore(at path: String, to destination: String) async throws {
        try await SQLiteStoreFile.backup(path: path, to: destination)
    }

    func moveStore(_ request: StoreMoveRequest) async throws -> StoreMoveAnswer {
        do {
            let tally = try await Mainspring.move(
                from: Self.place(request.from), to: Self.place(request.to), removing: request.removes)
            return StoreMoveAnswer(
                jobs: tally.jobs, moved: tally.moved, alreadyThere: tally.alreadyThere, yielded: tally.yielded,
                reclaimed: tally.reclaimed, pausedQueues: tally.pausedQueues, schedules: tally.schedules)
        } catch let errors as ConfigurationErrors {
            throw ConfigurationRefusal(code: errors.code, problems: errors.problems.map(Self.problem))
        }
    }

    private static func place(_ place: StoreMoveRequest.Place) -> StorePlace {
        StorePlace(
            place.text, namespace: place.namespace, directory: place.directory, environment: place.environment)
    }

    func initialize(folder: String) throws -> [String] {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let files = InitTemplate.files.map { ("\(folder)/\($0.path)", $0) }
        if let taken = files.first(where: { FileManager.default.fileExists(atPath: $0.0) }) {
            throw MainspringError(
                .conflict, "\(taken.0) is there already", hint: "Name another folder, or move the file away.")
        }
        for (path, file) in files {
            try Data(file.content.utf8).write(to: URL(fileURLWithPath: path), options: .withoutOverwriting)
            try FileManager.default.setAttributes(
                [.posixPermissions: file.isExecutable ? 0o755 : 0o644], ofItemAtPath: path)
        }
        return files.map(\.0)
    }

    private func load(_ source: ConfigurationSource) throws -> Configuration {
        do {
            return try Configuration.load(
                path: source.path, environment: source.environment,
                flags: source.flags.map { ConfigurationFlag(key: $0.key, value: $0.value, name: "--\($0.key)") },
                workingDirectory: source.directory)
        } catch {
            throw ConfigurationRefusal(code: error.code, problems: error.problems.map(Self.problem))
        }
    }

    private static func problem(_ problem: ConfigurationProblem) -> ConfigurationRefusal.Problem {
        ConfigurationRefusal.Problem(
            source: problem.source, line: problem.line, key: problem.key, message: problem.message, hint: problem.hint)
    }
}
