import MainspringCore

/// A job's value as the arguments of a record, and back.
enum JobPayload {
    /// Throws `invalid_arguments` for what has no form as a JSON object, `too_large` for more than 1 MiB.
    static func arguments<J: Job>(of job: J) throws(MainspringError) -> [String: JSONValue] {
        let text: String
        do {
            text = try JobJSON.text(of: job)
        } catch {
            throw refusal(of: J.self, cause: error.text)
        }
        guard text.utf8.count <= JobJSON.limit else {
            throw MainspringError(
                .tooLarge, "the payload of a job of kind \(J.kind) is longer than 1 MiB",
                hint: "Store what is large elsewhere, and let the job hold its name.")
        }
        let value: JSONValue
        do {
            value = try JSONParser.parse(text)
        } catch {
            throw refusal(of: J.self, cause: error.message)
        }
        guard let arguments = value.object else { throw refusal(of: J.self, cause: "it does not encode as an object") }
        return arguments
    }

    private static func refusal(of type: any Job.Type, cause: String) -> MainspringError {
        MainspringError(.invalidArguments, "a job of kind \(type.kind) cannot be stored", cause: cause)
    }

    /// What is wrong with arguments that did not come from a value; nil when they make one.
    static func problem<J: Job>(with arguments: [String: JSONValue], of type: J.Type) -> String? {
        do {
            _ = try JobJSON.value(J.self, from: JSONValue.object(arguments).compactText)
            return nil
        } catch {
            return error.text
        }
    }

    /// The value of a stored job, brought up from an older version.
    static func job<J: Job>(_ type: J.Type, of record: JobRecord) throws(JobJSONProblem) -> J {
        guard record.version != J.version else { return try JobJSON.value(J.self, from: record.arguments) }
        guard record.version < J.version else {
            throw JobJSONProblem("version \(record.version) is newer than \(J.version), which this program knows")
        }
        let old = (try? JSONParser.parse(record.arguments))?.object ?? [:]
        do {
            let new = try J.upcast(old, from: record.version)
            return try JobJSON.value(J.self, from: JSONValue.object(new).compactText)
        } catch {
            throw JobJSONProblem("from version \(record.version): \(JobJSONProblem(error).text)")
        }
    }
}
