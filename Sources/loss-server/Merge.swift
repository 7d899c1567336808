// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import LossAPI

/// Merges partial sums from standard input, as `POST /v1/merge` does.
struct Merge: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge",
        abstract:
            "Merge partial sums, one in each line of standard input, into one result in JSON.",
        discussion: """
            Each line is a loss-partial/1 document, the member "partial" of a result. The result does not \
            depend on their order, nor on how the data set was divided.
            """
    )

    @Option(help: "The reduction of the merged loss: mean, sum or element_mean.")
    var reduction: String?

    @Option(help: "The denominator of the mean, if it is not the sum of the weights.")
    var normalizer: Double?

    @Option(help: "The outputs, separated by commas: loss, statistics, partial.")
    var outputs = "loss,statistics"

    @Option(help: "Maximum number of groups.")
    var groups = LossService.defaultGroups

    func run() throws {
        do throws(Problem) {
            var merger = try LineMerger(
                reduction: reduction,
                normalizer: normalizer,
                outputs: outputs.split(separator: ",").map(String.init),
                groupLimit: groups
            )
            while let bytes = StandardStream.read(atMost: 1 << 20) {
                try merger.append(bytes.span)
            }
            let text = String(decoding: try merger.finish(), as: UTF8.self)
            StandardStream.output.write(text + "\n")
        } catch {
            StandardStream.error.write("loss-server merge: \(error.detail)\n")
            throw ExitCode(1)
        }
    }
}
