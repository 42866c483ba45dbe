import MainspringCore

/// The one style sheet, in the program itself, under a name that changes with it.
enum Stylesheet {
    static let bytes: [UInt8] = PackageResources.page_css
    static let name = "page-\(SHA256.hexDigest(of: bytes).prefix(12)).css"
    static let path = "/assets/\(name)"
}
