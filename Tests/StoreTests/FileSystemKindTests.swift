import MainspringCore
import Testing

@testable import MainspringSQLite

@Suite("The file system of a store")
struct FileSystemKindTests {
    @Test(
        "is refused when other hosts may write to it, by its name and with a way out",
        arguments: [
            (0x6969, "NFS"), (0x517B, "SMB"), (0xFF53_4D42, "CIFS"), (0xFE53_4D42, "SMB"), (0x5346_414F, "AFS"),
            (0x00C3_6400, "Ceph"),
        ] as [(UInt32, String)])
    func network(number: UInt32, name: String) throws {
        let error = try #require(throws: MainspringError.self) {
            try FileSystemKind.requireLocal("/srv/jobs.db", on: number)
        }
        #expect(error.code == .configuration)
        #expect(error.message == "the store at /srv/jobs.db is on a network file system (\(name))")
        #expect(error.cause != nil && error.hint != nil)
    }

    /// ext4, XFS, btrfs, tmpfs, overlayfs, FUSE, 9P
    @Test(
        "passes when it is local, or what containers and virtual machines see their host's folders through",
        arguments: [0xEF53, 0x5846_5342, 0x9123_683E, 0x0102_1994, 0x794C_7630, 0x6573_5546, 0x0102_1997] as [UInt32])
    func local(number: UInt32) throws {
        try FileSystemKind.requireLocal("/srv/jobs.db", on: number)
    }

    @Test("is that of the folder while the file is not there, and a folder that is missing is no reason")
    func missing() throws {
        try FileSystemKind.requireLocal("/tmp/none.db")
        try FileSystemKind.requireLocal("none.db")
        try FileSystemKind.requireLocal("/none/none.db")
    }
}
