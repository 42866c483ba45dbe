import Glibc

package enum SystemError {
    /// The operating system's own words for an error number.
    package static func words(_ number: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 128)
        let failed = buffer.withUnsafeMutableBytes { raw in
            // Never nil: the buffer is not empty.
            strerror_r(number, raw.assumingMemoryBound(to: CChar.self).baseAddress!, raw.count)
        }
        return failed == 0 ? String(decoding: buffer.prefix { $0 != 0 }, as: UTF8.self) : "error \(number)"
    }
}
