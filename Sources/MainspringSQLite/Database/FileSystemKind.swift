internal import CMainspringSpawn
import MainspringCore

/// Which file systems may hold the store: local ones.
///
/// SQLite's log needs memory that all processes of one host share, and a network file system brings processes of other
/// hosts, which share none. FUSE and 9P pass, as containers and virtual machines use them for folders of their own host.
enum FileSystemKind {
    /// By the kernel's numbers: `linux/magic.h`, and for the last three, which it does not have, `stat.c` of coreutils.
    static let networks: [UInt32: String] = [
        0x6969: "NFS",
        0x517B: "SMB",
        0xFF53_4D42: "CIFS",
        0xFE53_4D42: "SMB",
        0x5346_414F: "AFS",
        0x6B41_4653: "AFS",
        0x00C3_6400: "Ceph",
        0x7375_7245: "Coda",
        0x564C: "NCP",
        0x7461_636F: "OCFS2",
        0x0116_1970: "GFS2",
        0x0BD0_0BD0: "Lustre",
        0x4750_4653: "GPFS",
    ]

    /// Throws `configuration` when the file, or the folder in which it will be made, is on another host's disk.
    static func requireLocal(_ path: String) throws(MainspringError) {
        let end = path.lastIndex(of: "/")
        let folder = end.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        for place in [path, folder] {
            let number = mspr_file_system(place)
            // What cannot be asked cannot be opened either, and opening it says why.
            if number >= 0 { return try requireLocal(path, on: UInt32(truncatingIfNeeded: number)) }
        }
    }

    static func requireLocal(_ path: String, on number: UInt32) throws(MainspringError) {
        guard let name = networks[number] else { return }
        throw MainspringError(
            .configuration, "the store at \(path) is on a network file system (\(name))",
            cause: "processes on several hosts would destroy a database of SQLite",
            hint: "Give the store a path on a local disk: 'state:', or 'store: sqlite:PATH', in the configuration.")
    }
}
