// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that nobody who builds Mainspring builds its benchmarks.
let package = Package(
    name: "benchmarks",
    dependencies: [
        .package(name: "mainspring", path: ".."),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    ],
    targets: [
        .systemLibrary(name: "CSQLite"),
        .executableTarget(
            name: "Bench",
            dependencies: [
                "CSQLite",
                .product(name: "MainspringCore", package: "mainspring"),
                .product(name: "MainspringStore", package: "mainspring"),
                .product(name: "MainspringRuntime", package: "mainspring"),
                .product(name: "MainspringSQLite", package: "mainspring"),
                .product(name: "MainspringJobs", package: "mainspring"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: [
                .swiftLanguageMode(.v6),
                .enableUpcomingFeature("ExistentialAny"),
                .enableUpcomingFeature("MemberImportVisibility"),
                .enableUpcomingFeature("InternalImportsByDefault"),
                .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
            ]
        ),
        // One more entry of a harness that compares job systems: peers/README.md.
        .executableTarget(
            name: "Peer",
            dependencies: [
                .product(name: "MainspringCore", package: "mainspring"),
                .product(name: "MainspringStore", package: "mainspring"),
                .product(name: "MainspringRuntime", package: "mainspring"),
                .product(name: "MainspringSQLite", package: "mainspring"),
                .product(name: "MainspringRedis", package: "mainspring"),
                .product(name: "MainspringJobs", package: "mainspring"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: [
                .swiftLanguageMode(.v6),
                .enableUpcomingFeature("ExistentialAny"),
                .enableUpcomingFeature("MemberImportVisibility"),
                .enableUpcomingFeature("InternalImportsByDefault"),
                .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
            ]
        ),
    ]
)
