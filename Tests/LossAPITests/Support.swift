// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTP
import HTTPTypes
import LossAPI
import Synchronization
import Testing
import Yams

/// The top of the repository.
let repository = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

func text(_ path: String) throws -> String {
    try String(contentsOf: repository.appending(path: path), encoding: .utf8)
}

/// The numbers of nested arrays, or a number by itself.
func numbers(_ value: Any) -> [Double] {
    (value as? [Any])?.flatMap { numbers($0) } ?? (value as? Double).map { [$0] } ?? []
}

/// The numbers of a nested list, in which null is a number that is not known.
private func knownNumbers(_ value: Any) -> [Double?] {
    (value as? [Any])?.flatMap { knownNumbers($0) } ?? [value as? Double]
}

/// Compares the members of a result with those that are expected, number by number.
///
/// The tolerance is the bound of an error, from the expected number and the largest of its member.
func compare(
    _ result: [String: Any],
    _ expected: [String: Any],
    _ source: String,
    tolerance: (_ number: Double, _ largest: Double) -> Double
) throws {
    #expect(!expected.isEmpty, "\(source)")
    for (member, value) in expected {
        if let members = value as? [String: Any] {
            let own = try #require(result[member] as? [String: Any], "\(source): \(member)")
            try compare(own, members, source, tolerance: tolerance)
            continue
        }
        let theirs = knownNumbers(value)
        let own = numbers(result[member] as Any)
        try #require(own.count == theirs.count && !own.isEmpty, "\(source): \(result)")
        let largest = theirs.compactMap { $0?.magnitude }.max() ?? 0
        for case (let one, let other?) in zip(own, theirs) {
            #expect(
                (one - other).magnitude <= tolerance(other, largest),
                "\(source): \(member) is \(one), not \(other)"
            )
        }
    }
}

/// The records of a member of a document of Tests/Golden, by default its cases.
func goldenRecords(_ name: String, _ member: String = "cases") throws -> [[String: Any]] {
    let data = Data(try text("Tests/Golden/\(name).json").utf8)
    let document = try #require(
        try JSONSerialization.jsonObject(with: data) as? [String: Any]
    )
    return try #require(document[member] as? [[String: Any]])
}

/// The first pair of lines that differ, or an empty array; keeps failure messages short.
func difference(_ text: String, _ other: String) -> [String] {
    guard text != other else { return [] }
    let texts = [text, other].map { $0.split(separator: "\n", omittingEmptySubsequences: false) }
    let same = zip(texts[0], texts[1]).prefix { $0 == $1 }.count
    return texts.map { $0.dropFirst(same).first.map { String($0) } ?? "the end" }
}

/// Runs Python with the packages of `make test`; returns the exit status and the output.
func runPython(
    _ arguments: [String],
    input: Data = Data()
) throws -> (status: Int32, output: String) {
    let environment = repository.appending(path: ".venv/bin/python3").path
    let isThere = FileManager.default.isExecutableFile(atPath: environment)
    let process = Process()
    process.executableURL = URL(filePath: isThere ? environment : "/usr/bin/env")
    process.arguments = (isThere ? [] : ["python3"]) + arguments
    let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try input.write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    process.standardInput = try FileHandle(forReadingFrom: file)
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let said = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, said)
}

/// A clock that advances by a millisecond each time it is read.
final class Ticker: Sendable {
    private let ticks = Atomic<Int64>(0)

    func now() -> Instant {
        Instant(nanoseconds: ticks.add(1_000_000, ordering: .relaxed).newValue)
    }
}

/// The service without sockets; responses lack the fields that a connection adds.
struct Client {
    let responder: LossResponder

    init(
        _ change: (inout ServiceOptions) -> Void = { _ in },
        limits setLimits: (inout Limits) -> Void = { _ in },
        process: (@Sendable () -> ProcessUsage)? = nil
    ) {
        var limits = Limits()
        setLimits(&limits)
        var options = ServiceOptions()
        change(&options)
        responder = LossResponder(
            limits: limits,
            options: options,
            process: process,
            clock: Ticker().now
        )
    }

    func send(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ body: String = "",
        fields: HTTPFields = [.contentType: "application/json"]
    ) -> Response {
        send(method, path, bytes: Array(body.utf8), fields: fields)
    }

    func send(
        _ method: HTTPRequest.Method,
        _ path: String,
        bytes: [UInt8],
        pieceSize: Int = .max,
        fields: HTTPFields = [.contentType: "application/json"]
    ) -> Response {
        let parts = path.split(separator: "?", maxSplits: 1).map { String($0) }
        return responder.response(
            to: RequestHead(
                method: method,
                target: .resource(
                    path: parts.first ?? path,
                    query: parts.count > 1 ? parts[1] : nil
                ),
                fields: RequestFields(fields)
            ),
            bytes,
            pieceSize: pieceSize
        )
    }

    /// The response to a case of Tests/Golden that names a loss or a penalty.
    func send(_ sample: [String: Any]) throws -> Response {
        let penalty = sample["penalty"] as? String
        let name = try #require(penalty ?? sample["loss"] as? String)
        let path = "/v1/\(penalty == nil ? "losses" : "penalties")/\(name)"
        if let body = sample["body"] as? String {
            return send(.post, path, body)
        }
        let request = try #require(sample["request"] as? [String: Any])
        let data = try JSONSerialization.data(withJSONObject: request)
        return send(.post, path, bytes: Array(data))
    }

    /// The sentence of a problem.
    func detail(_ response: Response) throws -> String {
        try #require(try json(response)["detail"] as? String)
    }

    /// The members of a JSON response.
    func json(_ response: Response) throws -> [String: Any] {
        try #require(
            JSONSerialization.jsonObject(with: Data(response.body)) as? [String: Any]
        )
    }
}

extension LossResponder {
    /// The complete response to a request whose body arrives in pieces of `pieceSize` bytes.
    func response(to head: RequestHead, _ body: [UInt8] = [], pieceSize: Int = .max) -> Response {
        switch receive(head) {
        case .respond(let response):
            return response
        case .accept(var intake, let intakeOptions):
            var rest = body[...]
            let memory = MemoryAccount(MemoryBudget(limit: 1 << 30))
            repeat {
                let piece = rest.prefix(pieceSize)
                rest = rest.dropFirst(piece.count)
                if intakeOptions.inlineBytes == 0 {
                    intake.receive(BodySegment(piece), isLast: rest.isEmpty, memory)
                } else {
                    _ = intake.receive(piece.span, isLast: rest.isEmpty)
                }
            } while !rest.isEmpty
            var response = intake.makeResponse()
            guard var rest = response.source else { return response }
            while !rest.isAtEnd { response.body += rest.next() }
            return response
        }
    }
}

/// Parses a YAML document into the values of JSONSerialization.
func yaml(_ text: String) throws -> [String: Any] {
    try #require(Yams.load(yaml: text) as? [String: Any])
}

extension BodySegment {
    /// A piece of content as a connection hands it over.
    init(_ bytes: ArraySlice<UInt8>) {
        self.init()
        _ = append(upTo: bytes.count, planned: bytes.count) { output in
            for byte in bytes { output.append(byte) }
        }
    }
}
