/// What an attempt wrote: the tail of both outputs, within the kind's cap.
public struct AttemptOutput: Sendable, Hashable {
    public var standardOutput: [UInt8]
    public var standardError: [UInt8]
    /// Bytes that the cap dropped from the start.
    public var droppedBytes: Int

    public init(standardOutput: [UInt8] = [], standardError: [UInt8] = [], droppedBytes: Int = 0) {
        self.standardOutput = standardOutput
        self.standardError = standardError
        self.droppedBytes = droppedBytes
    }

    public var isEmpty: Bool { standardOutput.isEmpty && standardError.isEmpty }
}
