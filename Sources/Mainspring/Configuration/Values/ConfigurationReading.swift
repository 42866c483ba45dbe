/// How a configuration was read, so that it can be read again.
struct ConfigurationReading: Sendable, Equatable {
    var path: String
    var environment: [String: String]
    var flags: [ConfigurationFlag]
    var hostName: String
    /// Absolute.
    var workingDirectory: String
}
