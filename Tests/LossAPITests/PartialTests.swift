// SPDX-License-Identifier: Apache-2.0

import Foundation
import LossAPI
import LossFacts
import LossFunctions
import SeededRandom
import Testing

@Suite("The document of a partial sum")
struct PartialTests {
    private struct Golden: Decodable {
        struct Case: Decodable {
            let name: String
            let losses: [String]
            let offset: Int
            let weights: [String]?
            let partial: String
        }
        let cases: [Case]

        static func cases() throws -> [Case] {
            let text = try text("Tests/Golden/partials.json")
            return try JSONDecoder().decode(Golden.self, from: Data(text.utf8)).cases
        }
    }

    private func partial(
        _ losses: [Double],
        _ weights: [Double]?,
        offset: Int = 0
    ) throws -> LossPartial {
        let loss = try #require(Catalogue.loss(named: "absolute_error")).entry.loss(.none)
        let shape = [losses.count]
        var request = LossRequest(inputs: [
            Tensor(shape: shape, values: losses),
            Tensor(shape: shape, values: [Double](repeating: 0, count: losses.count)),
        ])
        request.weights = weights.map { Tensor(shape: shape, values: $0) }
        request.outputs = .partial
        request.reduction = .sum
        request.offset = offset
        return LossPartial(loss, [.init(try #require(try loss.evaluate(request).moments))])
    }

    private func written(_ partial: LossPartial) -> String {
        String(decoding: partial.document.bytes, as: UTF8.self)
    }

    @Test("has the bytes that rational arithmetic gives, and is read back from them")
    func golden() throws {
        for sample in try Golden.cases() {
            let own = try partial(
                sample.losses.map { try #require(Double($0)) },
                sample.weights?.map { try #require(Double($0)) },
                offset: sample.offset
            )
            #expect(difference(written(own), sample.partial) == [], "\(sample.name)")
            #expect(try LossPartial(reading: Array(sample.partial.utf8)) == own)
        }
    }

    @Test("has the groups of all parts in the order of their bytes, in whatever order they come")
    func groups() throws {
        var random = SplitMix(state: 20)
        let one = try partial([1], nil)
        let loss = try #require(Catalogue.loss(named: "absolute_error")).entry.loss(.none)
        var keys: [String?] = [nil, "", "é", "e\u{301}"]
        keys += (0..<300).map { "\($0)" }
        var expected: [[UInt8]?: Int] = [:]
        var running = RunningPartial(like: one)
        for _ in 0..<100 {
            let own = keys.shuffled(using: &random).prefix(20)
            for key in own { expected[key.map { Array($0.utf8) }, default: 0] += 1 }
            let part = LossPartial(loss, own.map { .init(key: $0, one.groups[0].moments) })
            try running.add(GroupTerms(part), of: part)
        }
        let groups = running.partial.groups
        #expect(groups.count == expected.count && running.groupCount == expected.count)
        for (first, second) in zip(groups, groups.dropFirst()) {
            guard let next = second.key else {
                Issue.record("the group without a key is not the first")
                continue
            }
            #expect(first.key.map { $0.utf8.lexicographicallyPrecedes(next.utf8) } ?? true)
        }
        for group in groups {
            #expect(group.moments.count == expected[group.key.map { Array($0.utf8) }])
        }
    }

    @Test("is the same if Python merges it without the service")
    func python() throws {
        var random = SplitMix(state: 71)
        let losses = (0..<3_000).map { _ in
            Double(
                sign: .plus,
                exponent: Int.random(in: -300...300, using: &random),
                significand: 1.1
            )
        }
        let weights = losses.map { _ in Double.random(in: 0...2, using: &random) }
        let ends = [0, 1, 700, 701, 1_500, 2_999, 3_000]
        var parts: [LossPartial] = []
        for (start, end) in zip(ends, ends.dropFirst()) {
            parts.append(
                try partial(
                    Array(losses[start..<end]),
                    Array(weights[start..<end]),
                    offset: start
                )
            )
        }
        parts.shuffle(using: &random)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "python3", repository.appending(path: "Tests/Clients/merge_partials.py").path,
        ]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        let lines = parts.map { written($0) + "\n" }.joined()
        try input.fileHandleForWriting.write(contentsOf: Data(lines.utf8))
        try input.fileHandleForWriting.close()
        let result = String(
            decoding: output.fileHandleForReading.readDataToEndOfFile(),
            as: UTF8.self
        )
        .split(separator: "\n")
        process.waitUntilExit()
        try #require(process.terminationStatus == 0 && result.count == 2)
        let whole = try partial(losses, weights)
        #expect(difference(String(result[0]), written(whole)) == [])
        let numbers = try JSONDecoder().decode([String: Double].self, from: Data(result[1].utf8))
        let moments = try whole.total()
        let statistics = try Statistics(moments, input: "predictions") { [$0] }
        #expect(numbers["sum"] == moments.loss(dividedBy: 1))
        #expect(numbers["mean"] == statistics.mean)
        #expect(numbers["element_mean"] == moments.loss(dividedBy: 3_000))
        #expect(numbers["variance"] == statistics.variance)
        let error = try #require(numbers["standard_error"])
        #expect((error - (statistics.standardError ?? 0)).magnitude <= error.ulp)
    }

    @Test("is read in any order, with white space, or refused with the place of the error")
    func reading() throws {
        let valid = written(try partial([1, 2.5], nil))
        let spaced =
            valid.replacingOccurrences(of: ",", with: " ,\n").replacingOccurrences(
                of: #"{"format":"loss-partial/1" ,"#,
                with: #"{"# + "\n"
            ).dropLast() + #", "format": "loss-partial/1"}"#
        #expect(try written(LossPartial(reading: Array(spaced.utf8))) == valid)
        let damages: [(String, String, String?)] = [
            (#""loss-partial/1""#, #""loss-partial/2""#, "/format"),
            (#""format":"loss-partial/1","#, "", "/format"),
            (#""absolute_error""#, #""mae""#, "/loss"),
            (#""options":{}"#, #""options":{"delta":1}"#, "/options/delta"),
            (#""numerics":1"#, #""numerics":1.5"#, "/numerics"),
            (#""count":"2""#, #""count":"02""#, "/groups/0/count"),
            (#""count":"2""#, #""count":2"#, "/groups/0/count"),
            (#""count":"2""#, #""count":"0""#, "/groups/0/count"),
            (#""count":"2""#, #""count":"9223372036854775808""#, "/groups/0/count"),
            (#""weight":"1p1""#, #""weight":"2p0""#, "/groups/0/weight"),
            (#""weight":"1p1","#, "", "/groups/0/weight"),
            (#""weight":"1p1""#, #""weights":"1p1""#, "/groups/0/weights"),
            (#""loss":"1p0","index""#, #""loss":"1p1024","index""#, "/groups/0/least/loss"),
            (#","index":"0""#, "", "/groups/0/least/index"),
            (#""group":null,"#, "", "/groups/0/group"),
        ]
        for (old, new, pointer) in damages {
            let damaged = valid.replacingOccurrences(of: old, with: new)
            #expect(damaged != valid, "\(old)")
            let error = #expect(throws: (any Error).self) {
                try LossPartial(reading: Array(damaged.utf8))
            }
            let problem = error.map { $0 as? Problem }
            if let problem = problem ?? nil { #expect(problem.pointer == pointer) }
        }
        let twice = valid.replacingOccurrences(of: #""groups":["#, with: #""groups":[{"#)
        #expect(throws: (any Error).self) { try LossPartial(reading: Array(twice.utf8)) }
    }

    @Test("never traps, however it is damaged")
    func damage() throws {
        var random = SplitMix(state: 72)
        let valid = Array(written(try partial([0.1, 7, 1e300], [0.3, 2, 5])).utf8)
        for _ in 0..<5_000 {
            var bytes = valid
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let place = Int.random(in: bytes.indices, using: &random)
                switch random.next() % 3 {
                case 0: bytes.remove(at: place)
                case 1: bytes[place] = bytes[Int.random(in: bytes.indices, using: &random)]
                default:
                    bytes.insert(bytes[Int.random(in: bytes.indices, using: &random)], at: place)
                }
            }
            guard let partial = try? LossPartial(reading: bytes) else { continue }
            // Whatever was read can be merged, and has results that are numbers, infinite or NaN.
            var running = RunningPartial(like: partial)
            for _ in 0..<2 { try? running.add(GroupTerms(partial), of: partial) }
            guard let moments = try? running.partial.total() else { continue }
            _ = moments.loss(dividedBy: moments.normalizer(of: .mean) ?? 1)
            _ = try? Statistics(moments, input: "predictions") { [$0] }
        }
    }
}
