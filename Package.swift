// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "mainspring",
    products: [
        .executable(name: "mainspring", targets: ["MainspringCLI"]),
        .library(name: "Mainspring", targets: ["Mainspring"]),
        .library(name: "MainspringCore", targets: ["MainspringCore"]),
        .library(name: "MainspringRuntime", targets: ["MainspringRuntime"]),
        .library(name: "MainspringStore", targets: ["MainspringStore"]),
        .library(name: "MainspringSQLite", targets: ["MainspringSQLite"]),
        .library(name: "MainspringJobs", targets: ["MainspringJobs"]),
        .library(name: "MainspringRedis", targets: ["MainspringRedis"]),
        .library(name: "MainspringTesting", targets: ["MainspringTesting"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.3"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        // TLS to Redis; the HTTP client brings it anyway.
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        // Hummingbird's own: the HTTP messages of its channels.
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.34.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        // Neither trait is used here; without them the first build has fewer modules.
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // Level 0: vocabulary and pure rules.
        .target(name: "MainspringCore"),

        // Level 1: the runtime knows no jobs; the store port knows no backend.
        .target(name: "CMainspringSpawn"),
        .target(
            name: "MainspringRuntime",
            dependencies: [
                "MainspringCore", "CMainspringSpawn", .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ]
        ),
        .target(name: "MainspringStore", dependencies: ["MainspringCore"]),

        // Level 2
        .target(
            name: "MainspringSQLite",
            dependencies: [
                "CMainspringSpawn", "MainspringCore", "MainspringRuntime", "MainspringStore",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ]
        ),
        .target(
            name: "MainspringRedis",
            dependencies: [
                "MainspringCore", "MainspringStore",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            resources: [.embedInCode("Scripts")]
        ),
        .target(
            name: "MainspringJobs",
            dependencies: [
                "MainspringCore", "MainspringRuntime", "MainspringStore",
                .product(name: "Instrumentation", package: "swift-distributed-tracing"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ]
        ),

        // Level 3
        .target(
            name: "MainspringExecutors",
            dependencies: [
                "MainspringCore", "MainspringJobs", "MainspringRuntime",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ]
        ),
        .target(name: "MainspringTelemetry", dependencies: ["MainspringCore"]),
        .target(
            name: "MainspringTesting",
            dependencies: [
                "CMainspringSpawn",
                "MainspringCore", "MainspringJobs", "MainspringRuntime", "MainspringStore",
                .product(name: "Logging", package: "swift-log"),
            ]
        ),

        // Level 4
        .target(
            name: "MainspringWeb",
            dependencies: [
                "MainspringCore", "MainspringJobs", "MainspringRuntime", "MainspringStore", "MainspringTelemetry",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                // Its core alone: connections and messages. Routes come from one table of endpoints.
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            resources: [.embedInCode("Page/page.css")]
        ),

        // Level 5: the composition root.
        .target(
            name: "Mainspring",
            dependencies: [
                "MainspringCore", "MainspringExecutors", "MainspringJobs", "MainspringRedis", "MainspringRuntime",
                "MainspringSQLite",
                "MainspringStore", "MainspringTelemetry", "MainspringWeb",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Yams", package: "Yams"),
            ]
        ),

        // Level 6: the commands talk to a node over HTTP and know nothing of its insides; the executable joins both.
        .target(
            name: "MainspringCommands",
            dependencies: [
                "MainspringCore",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]
        ),
        .executableTarget(
            name: "MainspringCLI",
            dependencies: [
                "Mainspring", "MainspringCommands", "MainspringCore", "MainspringRuntime", "MainspringSQLite",
            ]
        ),

        // Programs that people start from; CI builds them, and EndToEndTests runs them.
        .executableTarget(name: "hello", dependencies: ["Mainspring"], path: "Examples/hello", exclude: ["README.md"]),
        .executableTarget(
            name: "hello-job", dependencies: ["Mainspring"], path: "Examples/hello-job", exclude: ["README.md"]),
        .executableTarget(
            name: "typed-jobs", dependencies: ["Mainspring"], path: "Examples/typed-jobs", exclude: ["README.md"]
        ),
        .executableTarget(
            name: "graceful-shutdown", dependencies: ["Mainspring"], path: "Examples/graceful-shutdown",
            exclude: ["README.md"]
        ),
        .executableTarget(
            name: "http-service",
            dependencies: ["Mainspring", .product(name: "Hummingbird", package: "hummingbird")],
            path: "Examples/http-service", exclude: ["README.md", "mainspring.yaml", "receipt.sh"]
        ),

        .testTarget(name: "CoreTests", dependencies: ["MainspringCore", "MainspringTesting"]),
        .testTarget(
            name: "RuntimeTests",
            dependencies: [
                "MainspringCore", "MainspringRuntime", "MainspringTesting", "WardenProbe",
                .product(name: "InMemoryTracing", package: "swift-distributed-tracing"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ]
        ),
        // The processes that the crash suites kill.
        .executableTarget(name: "WardenProbe", dependencies: ["MainspringRuntime"], path: "Tests/WardenProbe"),
        // Programs that are started, blocked and soaked from outside.
        .executableTarget(
            name: "RuntimeProbe",
            dependencies: [
                "Mainspring", "MainspringCore", "MainspringRuntime", .product(name: "Logging", package: "swift-log"),
            ],
            path: "Tests/RuntimeProbe"
        ),
        .executableTarget(
            name: "StoreCrashProbe",
            dependencies: ["MainspringCore", "MainspringStore", "MainspringSQLite"],
            path: "Tests/StoreCrashProbe"
        ),
        .testTarget(
            name: "StoreTests",
            dependencies: [
                "MainspringCore", "MainspringStore", "MainspringSQLite", "MainspringTesting", "StoreCrashProbe",
                .product(name: "GRDB", package: "GRDB.swift"),
            ]
        ),
        .executableTarget(
            name: "ChaosProbe",
            dependencies: [
                "MainspringCore", "MainspringStore", "MainspringRedis", "MainspringSQLite", "MainspringRuntime",
                "MainspringJobs", .product(name: "Logging", package: "swift-log"),
            ],
            path: "Tests/ChaosProbe"
        ),
        .testTarget(
            name: "RedisTests",
            dependencies: [
                "MainspringCore", "MainspringStore", "MainspringRedis", "MainspringSQLite", "MainspringRuntime",
                "MainspringJobs", "MainspringTesting", "ChaosProbe", .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]
        ),
        .testTarget(
            name: "JobsTests",
            dependencies: [
                "MainspringCore", "MainspringStore", "MainspringJobs", "MainspringRuntime", "MainspringExecutors",
                "MainspringTesting", .product(name: "InMemoryTracing", package: "swift-distributed-tracing"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ]
        ),
        .testTarget(
            name: "ConfigurationTests",
            dependencies: [
                "Mainspring", "MainspringCore", "MainspringRedis", "MainspringStore", "MainspringExecutors",
                "MainspringJobs", "MainspringRuntime",
                "MainspringTesting",
            ],
            exclude: ["Fixtures"]
        ),
        .testTarget(
            name: "WebTests",
            dependencies: [
                "MainspringWeb", "MainspringCore", "MainspringStore", "MainspringJobs", "MainspringRuntime",
                "MainspringTelemetry", "MainspringTesting",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]
        ),
        .testTarget(
            name: "CommandTests",
            dependencies: [
                "MainspringCommands", "MainspringCore", "MainspringTesting",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]
        ),
        .testTarget(
            name: "ApplicationTests",
            dependencies: [
                "MainActorProgram", "Mainspring", "MainspringCore", "MainspringJobs", "MainspringRuntime",
                "MainspringSQLite",
                "MainspringStore", "MainspringTesting", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]
        ),
        // A module like that of an application: everything in it is on the main actor by default.
        .target(
            name: "MainActorProgram", dependencies: ["Mainspring"], path: "Tests/MainActorProgram",
            swiftSettings: [.defaultIsolation(MainActor.self)]
        ),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "MainspringCore", "MainspringRuntime", "MainspringCLI", "MainspringRedis", "MainspringSQLite",
                "MainspringStore", "MainspringTesting", "RuntimeProbe",
                "graceful-shutdown", "hello", "hello-job", "http-service", "typed-jobs",
            ]
        ),
    ]
)

// Every target, the tests too: the same language mode and the same upcoming features. A warning of ours is an error, except
// where users would pay for it: with a compiler that is newer than our tests, and when a library deprecates something.
for target in package.targets where target.name != "CMainspringSpawn" {
    var settings: [SwiftSetting] = [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    ]
    #if compiler(<6.4)
    settings += [.treatAllWarnings(as: .error), .treatWarning("DeprecatedDeclaration", as: .warning)]
    #endif
    target.swiftSettings = (target.swiftSettings ?? []) + settings
}
