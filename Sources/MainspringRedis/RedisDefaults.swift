/// The bounds that the client keeps unless told otherwise.
enum RedisDefaults {
    static let port = 6379
}
