/// The three standard streams of a child that is about to be started.
struct ChildStreams: ~Copyable {
    var input: PreparedInput
    var output: ChildPipe
    var error: ChildPipe

    /// Throws the error number.
    init(input bytes: [UInt8]?) throws(ErrorNumber) {
        let input = try PreparedInput(bytes)
        let output = try ChildPipe()
        let error = try ChildPipe()
        self.input = input
        self.output = output
        self.error = error
    }
}
