/// SplitMix64: small, and good enough to choose test data.
package struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    package init(seed: UInt64) {
        state = seed
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }

    /// A new seed for every run, printed, so that a failure can be run again.
    package static func fresh(_ test: String) -> SeededGenerator {
        let seed = UInt64.random(in: .min ... .max)
        // It is for a test's output, which is where a seed is looked for.
        print("\(test): seed \(seed)")
        return SeededGenerator(seed: seed)
    }
}
