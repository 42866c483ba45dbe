extension UniquePolicy {
    /// One job per value of these arguments, by their names in the payload; with no name, per payload.
    ///
    /// While a job of the same values is unfinished, or for `period` from its creation when that is given, `onConflict` says
    /// what becomes of another one.
    public static func by(
        _ names: String..., for period: Duration? = nil, onConflict: UniqueConflict = .reject
    ) -> UniquePolicy {
        UniquePolicy(by: names, period: period, onConflict: onConflict)
    }
}
