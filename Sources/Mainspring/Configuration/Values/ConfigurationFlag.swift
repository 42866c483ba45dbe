/// A value given on the command line.
public struct ConfigurationFlag: Sendable, Equatable {
    /// The key's path, for instance `http.bind`.
    public var key: String
    public var value: String
    /// As it was typed, for instance `--bind`.
    public var name: String

    public init(key: String, value: String, name: String) {
        self.key = key
        self.value = value
        self.name = name
    }
}
