public import ArgumentParser
public import MainspringCore

// Words of the vocabulary that the command line takes as they are.

extension JobPriority: ExpressibleByArgument {}

extension JobID: ExpressibleByArgument {
    public init?(argument: String) { self.init(rawValue: argument) }
}
