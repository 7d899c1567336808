// SPDX-License-Identifier: Apache-2.0

import LossFunctions

/// Prints a number for each loss that changes when any bit of any of its answers does.
///
/// For changes that should leave every answer as it is: the losses alone, and the derivatives too.
func digest() {
    for subject in Subject.all() {
        var losses = Digest()
        var derivatives = Digest()
        for numbers in [1, 2, 3, 4, 5, 7, 64, 511, 512, 513, 1_000, 5_000] {
            for isWeighted in [false, true] {
                for scale in [1, 0x1p-600, 0x1p-20, 0x1p-5, 0x1p400] {
                    let batch = subject.batch(numbers, isWeighted: isWeighted)
                    for reduction in Reduction.allCases {
                        let scaled = subject.scaled(batch, by: scale)
                        guard
                            let answer = try? subject.loss.evaluate(
                                scaled,
                                [.loss, .gradient, .hessian, .elements],
                                reduction
                            )
                        else {
                            losses.note([.nan])
                            continue
                        }
                        losses.note(answer.loss?.values ?? [])
                        losses.note(answer.elements?.values ?? [])
                        losses.note([answer.normalizer])
                        derivatives.note(answer.gradient?.values ?? [])
                        derivatives.note(answer.hessian?.values ?? [])
                    }
                }
            }
        }
        print("\(subject.name): losses \(losses.value), derivatives \(derivatives.value)")
    }
}

/// FNV-1a over the bits of doubles.
private struct Digest {
    private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func note(_ numbers: [Double]) {
        for number in numbers {
            value = (value ^ number.bitPattern) &* 0x0000_0100_0000_01B3
        }
    }
}

extension Subject {
    /// The batch with its first predictions scaled, where any real number will do.
    fileprivate func scaled(_ batch: Batch, by scale: Double) -> Batch {
        guard loss.domains.predictions == .real else { return batch }
        var values = batch.predictions.values
        for index in 0..<((values.count + 2) / 3) { values[index] *= scale }
        return Batch(
            predictions: Tensor(shape: batch.predictions.shape, values: values),
            targets: batch.targets,
            weights: batch.weights
        )
    }
}
