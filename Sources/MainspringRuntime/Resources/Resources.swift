import MainspringCore

/// What an application has provided: pools and clients, made at the start, closed at the end, and found by their type.
public final class Resources: Sendable {
    let holders: [any ResourceHolding]

    /// In the order in which they are made; they are closed in reverse.
    public init(_ provided: [ProvidedResource] = []) {
        holders = provided.map(\.holder)
    }

    /// The resource that was provided as this type; among several of one type, the one of that name.
    ///
    /// Throws `not_found`, naming what is provided, and `not_allowed_in_state` before the resource is made and once it is
    /// being closed.
    public subscript<Resource: Sendable>(type: Resource.Type, named name: String? = nil) -> Resource {
        get throws {
            let all = holders.compactMap { $0 as? ResourceHolder<Resource> }
            let found = all.filter { name == nil || $0.name == name }
            guard let holder = found.first else { throw missing(type, name, of: all.map(\.name)) }
            guard found.count == 1 else {
                throw MainspringError(
                    .notFound, "\(found.count) resources of the type \(type) are provided",
                    hint:
                        "Say which: [\(type).self, named: \"\(holder.name)\"]. There are \(Self.list(all.map(\.name)))."
                )
            }
            return try holder.value()
        }
    }

    /// Names of those that are made and not closed, or in between, in the order in which they were made.
    public var open: [String] { holders.filter(\.isOpen).map(\.name) }

    private func missing(_ type: Any.Type, _ name: String?, of namesOfType: [String]) -> MainspringError {
        if let name, !namesOfType.isEmpty {
            return MainspringError(
                .notFound, "no \(type) named \(name) is provided", hint: "There are \(Self.list(namesOfType)).")
        }
        let others = holders.map { "\($0.typeName) (\($0.name))" }
        return MainspringError(
            .notFound, "no \(type) is provided",
            hint: "Declare it with app.provide(\(type).self). "
                + (others.isEmpty ? "Nothing is provided." : "Provided are \(Self.list(others))."))
    }

    private static func list(_ names: [String]) -> String { names.joined(separator: ", ") }
}
