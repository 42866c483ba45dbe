import CSQLite
import MainspringCore
import Synchronization

struct BenchError: Error, CustomStringConvertible {
    let description: String
}

/// A value that was bound to a statement.
enum BoundValue: Sendable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])
}

/// The statements that this process runs through SQLite, whoever runs them, with what was bound to them, in order.
///
/// SQLite tells a statement's text with its values put in; next to the text without them, that gives the values.
enum Recording {
    struct Step: Sendable {
        let sql: String
        let values: [BoundValue]
    }

    private static let steps = Mutex<[Step]>([])
    private static let problem = Mutex<String?>(nil)

    /// Records every connection opened after this call.
    static func start() {
        _ = sqlite3_auto_extension(unsafeBitCast(install, to: (@convention(c) () -> Void).self))
    }

    /// Drops what was recorded so far.
    static func forget() {
        steps.withLock { $0 = [] }
    }

    static func stop() throws -> [Step] {
        sqlite3_reset_auto_extension()
        if let problem = problem.withLock({ $0 }) { throw BenchError(description: problem) }
        return steps.withLock { steps in
            defer { steps = [] }
            return steps
        }
    }

    private typealias EntryPoint =
        @convention(c) (OpaquePointer?, UnsafeMutablePointer<UnsafePointer<CChar>?>?, OpaquePointer?) -> Int32

    private static let install: EntryPoint = { database, _, _ in
        sqlite3_trace_v2(
            database, UInt32(SQLITE_TRACE_STMT),
            { _, _, statement, _ in
                guard let statement = statement.map({ OpaquePointer($0) }), let text = sqlite3_sql(statement) else {
                    return 0
                }
                let sql = String(cString: text)
                var values: [BoundValue] = []
                if sqlite3_bind_parameter_count(statement) > 0, let expanded = sqlite3_expanded_sql(statement) {
                    defer { sqlite3_free(expanded) }
                    do {
                        values = try Expansion.values(of: sql, in: String(cString: expanded))
                    } catch {
                        Recording.problem.withLock { $0 = "\(error)" }
                    }
                }
                let step = Step(sql: sql, values: values)
                Recording.steps.withLock { $0.append(step) }
                return 0
            }, nil)
    }
}

/// Finds the values of a statement's parameters in its expanded text. Parameters are `?` or `?N`.
enum Expansion {
    static func values(of sql: String, in expanded: String) throws -> [BoundValue] {
        let template = Array(sql.utf8)
        let text = Array(expanded.utf8)
        var values: [Int: BoundValue] = [:]
        var next = 1
        var (i, j) = (0, 0)
        while i < template.count {
            guard template[i] == UInt8(ascii: "?") else {
                guard j < text.count, template[i] == text[j] else {
                    throw BenchError(description: "a statement's expanded text is not its own: \(sql)")
                }
                i += 1
                j += 1
                continue
            }
            i += 1
            var number = 0
            while i < template.count, (48...57).contains(template[i]) {
                number = number * 10 + Int(template[i] - 48)
                i += 1
            }
            if number == 0 { number = next }
            next = max(next, number) + 1
            values[number] = try literal(text, &j)
        }
        return try (1...max(1, values.keys.max() ?? 1)).map { number in
            guard let value = values[number] else {
                throw BenchError(description: "parameter \(number) is not in the text: \(sql)")
            }
            return value
        }
    }

    private static func literal(_ text: [UInt8], _ j: inout Int) throws -> BoundValue {
        func isNumeric(_ byte: UInt8) -> Bool {
            (48...57).contains(byte)
                || [UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "e")].contains(byte)
        }
        switch text[j] {
        case UInt8(ascii: "N"):
            j += 4
            return .null
        case UInt8(ascii: "'"): return .text(String(decoding: quoted(text, &j), as: UTF8.self))
        case UInt8(ascii: "x"):
            j += 1
            let digits = quoted(text, &j)
            return .blob(
                stride(from: 0, to: digits.count, by: 2).compactMap {
                    UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16)
                })
        default:
            let start = j
            while j < text.count, isNumeric(text[j]) { j += 1 }
            let digits = String(decoding: text[start..<j], as: UTF8.self)
            if let integer = Int64(digits) { return .integer(integer) }
            if let real = Double(digits) { return .real(real) }
            throw BenchError(description: "no literal: \(digits)")
        }
    }

    private static func quoted(_ text: [UInt8], _ j: inout Int) -> [UInt8] {
        let quote = UInt8(ascii: "'")
        var bytes: [UInt8] = []
        j += 1
        while j < text.count {
            if text[j] == quote {
                j += 1
                guard j < text.count, text[j] == quote else { return bytes }
            }
            bytes.append(text[j])
            j += 1
        }
        return bytes
    }
}
