import MainspringCore
import MainspringExecutors

/// A kind as far as it is valid: schedules are checked against it even when the rest of it is wrong.
struct DeclaredJob {
    var arguments: ArgumentSchema
    var hasValidArguments: Bool
    var job: JobConfiguration?
}

extension ConfigurationBuilder {
    mutating func jobs(queues: [String: Configuration.Queue]) -> [String: DeclaredJob] {
        var jobs: [String: DeclaredJob] = [:]
        for (name, section) in root.entries("jobs") {
            let (schema, isValid) = argumentSchema(in: section)
            if name == DrillKind.name {
                problems.add("is a kind of Mainspring's own", at: section.node.origin, key: section.path)
            }
            let job = job(name, in: section, schema: schema, queues: queues)
            jobs[name] = DeclaredJob(arguments: schema, hasValidArguments: isValid, job: job)
        }
        return jobs
    }

    private mutating func job(
        _ name: String, in section: SettingReader, schema: ArgumentSchema, queues: [String: Configuration.Queue]
    ) -> JobConfiguration? {
        let queue = section.text("queue") ?? "default"
        if queues[queue] == nil {
            unknown("queue", queue, among: queues.keys, at: section.origin(of: "queue"), key: section.path(of: "queue"))
        }
        let retry = retry(in: section)
        let unique = unique(in: section, schema: schema)
        checkSilence(in: section)
        let action = command(in: section, schema: schema) ?? call(in: section, schema: schema)
        guard let action, let retry, let timeout = section.duration("timeout"),
            let priority: JobPriority = section.choice("priority"),
            let result: ResultMode = section.choice("result"), let output = section.size("output"),
            let maxRescues = section.integer("max_rescues")
        else { return nil }
        return JobConfiguration(
            name: name, action: action, arguments: schema, result: result, queue: queue, priority: priority,
            timeout: timeout,
            retry: retry, unique: unique, silence: section.duration("silence"), deadline: section.duration("deadline"),
            maxRescues: Int(maxRescues), outputLimit: output)
    }

    private mutating func command(in section: SettingReader, schema: ArgumentSchema) -> JobConfiguration.Action? {
        guard let template = template(in: section, schema: schema) else { return nil }
        guard let killAfter = section.duration("kill_after") else { return nil }
        return .command(
            JobConfiguration.Command(
                template: template, environment: environment(in: section),
                workingDirectory: absolute(section.text("cwd") ?? "."), killAfter: killAfter))
    }

    /// The command of a job or, with no arguments declared, of something else.
    mutating func template(
        in section: SettingReader, schema: ArgumentSchema?, noun: String = "job"
    ) -> CommandTemplate? {
        guard let items = section.node["exec"]?.items else { return nil }
        let key = section.path(of: "exec")
        let count = problems.count
        var elements: [TextTemplate] = []
        for (index, item) in items.enumerated() {
            let key = "\(key)[\(index)]"
            do {
                let element = try TextTemplate(item.text ?? "")
                check(element, in: schema, noun: noun, at: item.origin, key: key)
                elements.append(element)
            } catch {
                problems.add(error.description, at: item.origin, key: key)
            }
        }
        guard problems.count == count else { return nil }
        if let index = InterpreterScript.firstPlaceholder(in: elements) {
            problems.add(
                "a placeholder inside a program text is never safe", at: items[index].origin, key: "\(key)[\(index)]",
                hint:
                    "use standard input (the arguments are there as JSON), the environment, or \"$1\" and {name} after it"
            )
        }
        do {
            return try CommandTemplate(items.compactMap(\.text))
        } catch {
            problems.add(error.description, at: items[0].origin, key: "\(key)[0]")
            return nil
        }
    }

    private mutating func check(
        _ template: TextTemplate, in schema: ArgumentSchema?, noun: String, at origin: ValueOrigin, key: String
    ) {
        for name in template.arguments {
            guard let schema else {
                problems.add(
                    "'{\(name)}': a \(noun) has no arguments; a brace itself is written '{{'", at: origin, key: key)
                continue
            }
            guard let rule = schema.arguments[name] else {
                unknown("argument", name, among: schema.arguments.keys, at: origin, key: key)
                continue
            }
            if rule.isOptional, template.soleArgument == nil {
                problems.add(
                    "'\(name)' is optional, so it must be an element of its own", at: origin, key: key,
                    hint: "or read it from standard input")
            }
        }
    }

    private mutating func call(in section: SettingReader, schema: ArgumentSchema) -> JobConfiguration.Action? {
        guard let section = section.section("http"), let node = section.node["url"], let text = node.text,
            let method = section.text("method")
        else { return nil }
        let key = section.path(of: "url")
        do {
            let url = try URLTemplate(text)
            for name in url.arguments {
                guard let rule = schema.arguments[name] else {
                    unknown("argument", name, among: schema.arguments.keys, at: node.origin, key: key)
                    continue
                }
                if rule.isOptional {
                    problems.add(
                        "'\(name)' is optional, so it cannot stand in the URL", at: node.origin, key: key,
                        hint: "it is in the body")
                }
            }
            return .call(JobConfiguration.Call(method: method, url: url, headers: headers(in: section)))
        } catch {
            problems.add(error.description, at: node.origin, key: key)
            return nil
        }
    }

    private mutating func headers(in section: SettingReader) -> [JobConfiguration.Header] {
        var seen: Set<String> = []
        return section.entries("headers").map { name, reader in
            let value = reader.node.text ?? ""
            if !seen.insert(name.lowercased()).inserted {
                problems.add("the header is there twice", at: reader.node.origin, key: reader.path)
            }
            if ["host", "content-length", "transfer-encoding", "connection", "idempotency-key"].contains(
                name.lowercased())
            {
                problems.add(
                    "this header is set by Mainspring", at: reader.node.origin, key: reader.path, hint: "leave it out")
            }
            if value.unicodeScalars.contains(where: { $0.value < 0x20 && $0 != "\t" || $0.value == 0x7F }) {
                problems.add("a header's value holds no control characters", at: reader.node.origin, key: reader.path)
            }
            return JobConfiguration.Header(name: name, value: value)
        }
    }
}
