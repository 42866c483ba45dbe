// A program imports `Mainspring` alone: what it declares and reads is spread over the targets below. The attribute has no
// official spelling yet, and every larger Swift package relies on it.
@_exported public import Logging
@_exported public import MainspringCore
@_exported public import MainspringJobs
@_exported public import MainspringRuntime
@_exported public import MainspringStore
