// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

/// One set of rules for every target of the package.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),  // SE-0335
    .enableUpcomingFeature("InternalImportsByDefault"),  // SE-0409
    .enableUpcomingFeature("MemberImportVisibility"),  // SE-0444
]

/// The functions of arrays once more for each level of instructions that a processor may have beyond
/// those that every one of its kind has; `LossFunctions` chooses when the program runs.
#if arch(x86_64)
let levels = ["ArrayKernels", "ArrayKernelsV3", "ArrayKernelsV4"]
#else
let levels = ["ArrayKernels"]
#endif

/// A level's targets share one folder of sources: the others are links to it.
func kernels(_ name: String) -> Target {
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
        dependencies: ["ArrayMath", "CVector"],
        swiftSettings: settings + [.enableExperimentalFeature("Lifetimes")] + (wide ?? [])
    )
}

let package = Package(
    name: "loss-server",
    products: [
        .executable(name: "loss-server", targets: ["loss-server"])
    ],
    dependencies: [
        // Exact, and none of them needs another package: every clone, CI and the container image
        // build the same sources, although Package.resolved is in no commit and not in the image.
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
    ],
    targets: [
        // Pure: tensors in, losses and gradients out.
        .target(
            name: "LossFunctions",
            dependencies: ["ArrayMath", "CVector"] + levels.map { .byName(name: $0) },
            swiftSettings: settings
        ),
        // What can be asked of arrays, whatever the instructions.
        .target(name: "ArrayMath", swiftSettings: settings),
        // Pure: JSON bytes to shaped arrays of doubles and back.
        .target(name: "TensorJSON", dependencies: ["CBytes"], swiftSettings: settings),
        // Pure: bytes to requests, responses to bytes, and the life of a connection.
        .target(
            name: "HTTP",
            dependencies: [.product(name: "HTTPTypes", package: "swift-http-types")],
            swiftSettings: settings
        ),
        // The shell: sockets, Dispatch, descriptors.
        .target(
            name: "HTTPServer",
            dependencies: [
                "CLinux", "HTTP",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings
        ),
        // gzip and deflate of contents, by the system's zlib.
        .target(
            name: "ContentCoding",
            dependencies: [
                "CZlib", "HTTP", .product(name: "HTTPTypes", package: "swift-http-types"),
            ],
            swiftSettings: settings
        ),
        // A decoded question to an answer; the routes; the contract.
        .target(
            name: "LossAPI",
            dependencies: [
                "ContentCoding", "HTTP", "LossFunctions", "TensorJSON",
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
        // The same random numbers every time, for tests and benchmarks.
        .target(name: "SeededRandom", path: "Benchmarks/random", swiftSettings: settings),
        // How fast numbers are read and written, and whether they are right.
        .executableTarget(
            name: "codec-benchmark",
            dependencies: ["SeededRandom", "TensorJSON"],
            path: "Benchmarks/codec",
            swiftSettings: settings
        ),
        // How fast losses are computed, and whether they are right.
        .executableTarget(
            name: "kernel-benchmark",
            dependencies: ["LossFunctions", "SeededRandom"],
            path: "Benchmarks/kernels",
            exclude: ["compare.py"],
            swiftSettings: settings
        ),
        // libFuzzer, which a compiler that is told to fuzz brings along.
        .systemLibrary(name: "CFuzzer", path: "Fuzzing/driver"),
        // What holds whatever bytes come, checked on inputs that a fuzzer or a test makes up.
        .target(
            name: "FuzzSubjects",
            dependencies: [
                "ContentCoding", "HTTP", "LossAPI", "TensorJSON",
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ],
            path: "Fuzzing/subjects",
            swiftSettings: settings
        ),
        // Entries for libFuzzer; built as usual they run the inputs that they are given.
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
        // What Glibc's Swift module leaves out: epoll and accept4.
        .target(name: "CLinux"),
        // Which of many bytes are digits.
        .target(name: "CBytes"),
        // A fused multiply-add of vectors, and what the processor is capable of.
        .target(name: "CVector"),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        // libcurl, for the integration tests only.
        .systemLibrary(
            name: "CCurl",
            pkgConfig: "libcurl",
            providers: [.apt(["libcurl4-openssl-dev"])]
        ),

        .testTarget(
            name: "LossFunctionsTests",
            dependencies: ["ArrayMath", "LossFunctions", "SeededRandom"],
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
                "ContentCoding", "FuzzSubjects", "HTTP", "LossAPI", "LossFunctions", "TensorJSON",
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
