// SPDX-License-Identifier: Apache-2.0

import LossFacts
import LossFunctions
import TestSupport

/// Prints a hash of the results of each loss, for changes that must preserve every bit.
///
/// Losses and derivatives have separate hashes.
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
                            let result = try? subject.loss.evaluate(
                                scaled,
                                [.loss, .gradient, .hessian, .elements],
                                reduction
                            )
                        else {
                            losses.add([.nan])
                            continue
                        }
                        losses.add(result.loss?.values ?? [])
                        losses.add(result.elements?.values ?? [])
                        losses.add([result.normalizer])
                        derivatives.add(result.gradient?.values ?? [])
                        derivatives.add(result.hessian?.values ?? [])
                    }
                }
            }
        }
        print("\(subject.name): losses \(losses.value), derivatives \(derivatives.value)")
    }
}

/// An FNV-1a hash over the bits of doubles.
private struct Digest {
    private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func add(_ numbers: [Double]) {
        for number in numbers {
            value = (value ^ number.bitPattern) &* 0x0000_0100_0000_01B3
        }
    }
}

extension Subject {
    /// The batch with its first predictions scaled, if predictions may be any real number.
    fileprivate func scaled(_ batch: Batch, by scale: Double) -> Batch {
        guard loss.domain(0) == .real else { return batch }
        var values = batch.predictions.values
        for index in 0..<((values.count + 2) / 3) { values[index] *= scale }
        return Batch(
            [Tensor(shape: batch.predictions.shape, values: values)] + batch.inputs.dropFirst(),
            weights: batch.weights
        )
    }
}
