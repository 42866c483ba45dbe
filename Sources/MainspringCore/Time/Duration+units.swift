extension Duration {
    public static func minutes(_ count: some BinaryInteger) -> Duration { .seconds(60) * Int(count) }

    public static func hours(_ count: some BinaryInteger) -> Duration { .seconds(3600) * Int(count) }

    /// Of 24 hours each, whatever the calendar says.
    public static func days(_ count: some BinaryInteger) -> Duration { .seconds(86_400) * Int(count) }
}
