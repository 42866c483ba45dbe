public import MainspringCore

/// A declared command: a program and its arguments, some of them filled in per job; never a shell line.
public struct CommandTemplate: Sendable, Equatable {
    public let elements: [TextTemplate]

    /// Throws for braces that do not match, an empty command, and a placeholder in the program's name.
    public init(_ texts: [String]) throws(TextTemplate.Problem) {
        var elements: [TextTemplate] = []
        for text in texts { elements.append(try TextTemplate(text)) }
        guard let program = elements.first, texts.first?.isEmpty == false else {
            throw TextTemplate.Problem("a command needs a program, for instance [\"./scan.sh\"]")
        }
        guard program.arguments.isEmpty else {
            throw TextTemplate.Problem(
                "the program must be fixed; pass '{\(program.arguments[0])}' as an argument of it")
        }
        self.elements = elements
    }

    /// Names of the arguments it uses, each once, in order.
    public var arguments: [String] {
        var seen: Set<String> = []
        return elements.flatMap(\.arguments).filter { seen.insert($0).inserted }
    }

    /// The command for one job whose arguments passed `schema`.
    ///
    /// Strings stand as they are, numbers and booleans as text, `json` arguments as compact JSON. An element that is
    /// one absent optional argument is left out. Throws `invalid_arguments` for a value that would stand at the start
    /// of an element with a `-`, unless its argument declares `dash`: a negative number too may be read as an option.
    public func argv(with values: [String: JSONValue], schema: ArgumentSchema) throws(MainspringError) -> [String] {
        var argv: [String] = []
        for element in elements {
            if let name = element.soleArgument, values[name] == nil { continue }
            var text = ""
            for segment in element.segments {
                switch segment {
                case .text(let literal): text += literal
                case .argument(let name):
                    let value = values[name].map { Self.text(of: $0, rule: schema.arguments[name]) } ?? ""
                    if text.isEmpty, value.utf8.first == UInt8(ascii: "-"), schema.arguments[name]?.allowsDash != true {
                        throw MainspringError(
                            .invalidArguments, "'\(name)' starts with '-', which the command may read as an option",
                            hint: "Declare 'dash: true' for it, or pass it after fixed text such as --\(name)=")
                    }
                    text += value
                }
            }
            argv.append(text)
        }
        return argv
    }

    private static func text(of value: JSONValue, rule: ArgumentRule?) -> String {
        rule?.kind == .json ? value.compactText : TextTemplate.rendered(value)
    }
}
