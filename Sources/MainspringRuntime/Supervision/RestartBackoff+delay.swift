import MainspringCore

extension RestartBackoff {
    /// The wait after `failures` failures in a row (1 or more): half of the backoff for certain, the other half at
    /// random.
    func delay(afterFailures failures: Int, using random: inout some RandomNumberGenerator) -> Duration {
        let base = max(0, base.wholeMicroseconds)
        let cap = max(0, cap.wholeMicroseconds)
        let factor = Double(sign: .plus, exponent: min(max(1, failures) - 1, 62), significand: 1)
        let full = Int64(min(Double(base) * factor, Double(cap)))
        guard full > 1 else { return .microseconds(full) }
        return .microseconds(full - full / 2 + Int64.random(in: 0...(full / 2), using: &random))
    }
}
