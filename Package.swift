// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

/// The settings shared by all targets.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),  // SE-0335
    .enableUpcomingFeature("InternalImportsByDefault"),  // SE-0409
    .enableUpcomingFeature("MemberImportVisibility"),  // SE-0444
]

/// The only instruction set for which kernels are compiled, where it does not matter which: release
/// tests and sanitizers, whose builds would take twice as long with all of them.
let onlyLevel = Context.environment["ONLY_LEVEL"].flatMap { $0.isEmpty ? nil : $0 }

/// The array kernels, compiled for each instruction set; `LossFunctions` selects one at run time.
#if arch(x86_64)
let levels =
    onlyLevel == nil ? ["ArrayKernels", "ArrayKernelsV3", "ArrayKernelsV4"] : ["ArrayKernels"]
#else
let levels = ["ArrayKernels"]
#endif

/// Creates the target of an instruction set; all share one folder of sources by symbolic links.
///
/// Without a fused multiply-add, whose emulation is long, large functions are compiled once and
/// called (`COMPACT`): inlined, they would make up half of the program and most of the build.
func kernels(_ name: String) -> Target {
    let compact: [SwiftSetting] = levels.count > 1 ? [.define("COMPACT")] : []
    let only = onlyLevel.map { [SwiftSetting.unsafeFlags(["-Xcc", "-march=\($0)"])] }
    let flags: [String: [String]] = [
        "ArrayKernelsV3": ["-march=x86-64-v3"],
        "ArrayKernelsV4": ["-march=x86-64-v4", "-mprefer-vector-width=512"],
    ]
    let wide = flags[name].map { flags in
        [
            SwiftSetting.define("FUSED"),
            .unsafeFlags(flags.flatMap { ["-Xcc", $0] }),
        ]
    }
    return .target(
        name: name,
        dependencies: ["ArrayMath", "CVector", "LossFacts"],
        swiftSettings: settings + [
            .enableExperimentalFeature("Lifetimes"),
            // Vectors without optimization are a hundred times slower, and no easier to debug.
            .unsafeFlags(["-O"], .when(configuration: .debug)),
        ] + (wide ?? only ?? compact)
    )
}

let package = Package(
    name: "loss-server",
    products: [
        .executable(name: "loss-server", targets: ["loss-server"])
    ],
    dependencies: [
        // Exact versions, none of which depends on another package: every clone, CI and the image
        // build the same sources, although Package.resolved is not committed.
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
    ],
    targets: [
        // Pure: the declarations of losses: names, inputs, options, domains.
        .target(name: "LossFacts", swiftSettings: settings),
        // Pure: tensors to losses and gradients.
        .target(
            name: "LossFunctions",
            dependencies: ["ArrayMath", "CVector", "LossFacts"] + levels.map { .byName(name: $0) },
            swiftSettings: settings + (levels.count > 1 ? [.define("LEVELS")] : [])
        ),
        // Pure: request fields of any format to computed results.
        .target(
            name: "Requests",
            dependencies: ["LossFacts", "LossFunctions"],
            swiftSettings: settings
        ),
        // The protocol of array operations, independent of instruction sets.
        .target(name: "ArrayMath", dependencies: ["LossFacts"], swiftSettings: settings),
        // Pure: JSON bytes to shaped arrays of doubles and back.
        .target(name: "TensorJSON", dependencies: ["CBytes"], swiftSettings: settings),
        // Pure: binary formats to named arrays of doubles and back.
        .target(
            name: "Formats",
            dependencies: ["CZlib", "TensorJSON"],
            swiftSettings: settings
        ),
        // Pure: bytes to requests, responses to bytes, and the state of a connection.
        .target(
            name: "HTTP",
            dependencies: [.product(name: "HTTPTypes", package: "swift-http-types")],
            swiftSettings: settings
        ),
        // I/O: sockets, Dispatch, descriptors.
        .target(
            name: "HTTPServer",
            dependencies: [
                "CLinux", "HTTP",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings
        ),
        // gzip and deflate of content, by the system's zlib.
        .target(
            name: "ContentCoding",
            dependencies: [
                "CZlib", "HTTP", .product(name: "HTTPTypes", package: "swift-http-types"),
            ],
            swiftSettings: settings
        ),
        // Requests to responses: routes, evaluation, problems, the API description.
        .target(
            name: "LossAPI",
            dependencies: [
                "CPage", "ContentCoding", "Formats", "HTTP", "LossFacts", "LossFunctions",
                "Requests", "TensorJSON",
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "loss-server",
            dependencies: [
                "HTTP", "HTTPServer", "LossAPI", "LossFunctions",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings
        ),
        // Reproducible random numbers for tests and benchmarks.
        .target(name: "SeededRandom", path: "Benchmarks/random", swiftSettings: settings),
        // Speed and correctness of reading and writing numbers.
        .executableTarget(
            name: "codec-benchmark",
            dependencies: ["SeededRandom", "TensorJSON"],
            path: "Benchmarks/codec",
            swiftSettings: settings
        ),
        // Speed and correctness of losses.
        .executableTarget(
            name: "kernel-benchmark",
            dependencies: ["LossFacts", "LossFunctions", "SeededRandom", "TestSupport"],
            path: "Benchmarks/kernels",
            exclude: ["compare.py"],
            swiftSettings: settings
        ),
        // libFuzzer, which the compiler provides when fuzzing is enabled.
        .systemLibrary(name: "CFuzzer", path: "Fuzzing/driver"),
        // Invariants for arbitrary bytes, checked on inputs from a fuzzer or a test.
        .target(
            name: "FuzzSubjects",
            dependencies: [
                "ContentCoding", "Formats", "HTTP", "LossAPI", "TensorJSON",
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ],
            path: "Fuzzing/subjects",
            swiftSettings: settings
        ),
        // Entry points for libFuzzer; in a normal build they run the given inputs.
        .executableTarget(
            name: "fuzz-http",
            dependencies: ["CFuzzer", "FuzzSubjects"],
            path: "Fuzzing/http",
            swiftSettings: settings
        ),
        .executableTarget(
            name: "fuzz-json",
            dependencies: ["CFuzzer", "FuzzSubjects"],
            path: "Fuzzing/json",
            swiftSettings: settings
        ),
        .executableTarget(
            name: "fuzz-formats",
            dependencies: ["CFuzzer", "FuzzSubjects"],
            path: "Fuzzing/formats",
            swiftSettings: settings
        ),
        // Declarations missing from Swift's Glibc module: epoll, accept4 and others.
        .target(name: "CLinux"),
        // Classification of many bytes at once.
        .target(name: "CBytes"),
        // The files of the explorer page.
        .target(name: "CPage", exclude: ["biome.json", "site"]),
        // Arithmetic of vectors, and detection of instruction sets.
        .target(name: "CVector"),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        // libcurl, for the integration tests only.
        .systemLibrary(
            name: "CCurl",
            pkgConfig: "libcurl",
            providers: [.apt(["libcurl4-openssl-dev"])]
        ),

        // Helpers shared by several test suites and benchmarks.
        .target(
            name: "TestSupport",
            dependencies: ["LossFacts", "LossFunctions"],
            path: "Tests/TestSupport",
            swiftSettings: settings
        ),
        .testTarget(
            name: "LossFunctionsTests",
            dependencies: [
                "ArrayMath", "LossFacts", "LossFunctions", "SeededRandom", "TestSupport",
            ],
            exclude: ["coefficients.py"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "TensorJSONTests",
            dependencies: ["SeededRandom", "TensorJSON"],
            exclude: ["powers.py"],
            resources: [.copy("Corpus")],
            swiftSettings: settings
        ),
        .testTarget(
            name: "FormatsTests",
            dependencies: ["Formats", "SeededRandom", "TensorJSON"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "HTTPTests",
            dependencies: [
                "HTTP", "SeededRandom", .product(name: "HTTPTypes", package: "swift-http-types"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "FuzzingTests",
            dependencies: ["FuzzSubjects", "SeededRandom"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "HTTPServerTests",
            dependencies: [
                "HTTP", "HTTPServer",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "ContentCodingTests",
            dependencies: ["ContentCoding", "FuzzSubjects", "HTTP"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "LossAPITests",
            dependencies: [
                "ContentCoding", "Formats", "FuzzSubjects", "HTTP", "LossAPI", "LossFacts",
                "LossFunctions", "Requests", "SeededRandom", "TensorJSON",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "LossServerTests",
            dependencies: [
                "HTTP", "LossAPI", "loss-server",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "IntegrationTests",
            dependencies: [
                "CCurl", "CLinux", "loss-server", .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: settings
        ),
    ] + levels.map(kernels)
)
