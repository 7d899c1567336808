// SPDX-License-Identifier: Apache-2.0

import TensorJSON

/// Prints how long bodies of several kinds take to read and to write.
///
/// - Parameters:
///   - count: numbers in each of the two fields.
///   - kind: part of the name of the kinds wanted; empty for all.
func measure(numbers count: Int, kind: String) {
    for sample in Sample.all(count) where kind.isEmpty || sample.name.contains(kind) {
        let body = sample.body
        row("read  \(sample.name)", numbers: 2 * count, bytes: body.count) {
            let (predictions, targets) = read(body)
            precondition(predictions == sample.predictions, "a wrong number was read")
            precondition(targets == sample.targets, "a wrong number was read")
        } timed: {
            read(body)
        }
        let text = write(sample.predictions)
        row("write \(sample.name)", numbers: count, bytes: text.count) {
            precondition(read(list: text) == sample.predictions, "a wrong number was written")
        } timed: {
            write(sample.predictions)
        }
    }
    if kind.isEmpty || kind == "few" { few() }
}

/// Prints how long a body of four numbers a field takes.
private func few() {
    let body = Array(
        #"{"predictions":[0.2,1.7,-0.5,3.25],"targets":[0.0,1.5,-0.25,3.0]}"#.utf8
    )
    let times = 1000
    let reading = seconds(runs: 301) {
        for _ in 0..<times {
            let (predictions, targets) = read(body)
            precondition(predictions.values.count + targets.values.count == 8)
        }
    }
    print(
        "read  2 x 4 numbers: \(decimals(reading.median * 1e9 / Double(times))) ns"
            + " (at best \(decimals(reading.least * 1e9 / Double(times))))"
    )
    let answer = NumberArray(shape: [4], values: [0.2, 1.7, -0.5, 3.25])
    let writing = seconds(runs: 301) {
        for _ in 0..<times { precondition(write(answer).count > 8) }
    }
    print(
        "write 4 numbers: \(decimals(writing.median * 1e9 / Double(times))) ns"
            + " (at best \(decimals(writing.least * 1e9 / Double(times))))"
    )
}

private func row<Answer>(
    _ name: String,
    numbers: Int,
    bytes: Int,
    check: () -> Void,
    timed: () -> Answer
) {
    check()
    let (least, median) = seconds(runs: max(11, min(1001, 40_000_000 / numbers))) { _ = timed() }
    let nanoseconds = decimals(median * 1e9 / Double(numbers))
    let best = decimals(least * 1e9 / Double(numbers))
    let megabytes = Int(Double(bytes) / median / 1e6)
    print("\(name): \(nanoseconds) ns/number (at best \(best)), \(megabytes) MB/s")
}

/// The least and the median of the times that something takes.
private func seconds(runs: Int, _ body: () -> Void) -> (least: Double, median: Double) {
    let clock = ContinuousClock()
    let times = (0..<runs).map { _ in clock.measure(body) / .seconds(1) }.sorted()
    return (times[0], times[runs / 2])
}

private func decimals(_ value: Double) -> String {
    "\((value * 100).rounded() / 100)"
}

private func read(_ body: [UInt8]) -> (NumberArray, NumberArray) {
    var predictions = NumberArray(shape: [0], values: [])
    var targets = predictions
    do {
        var reader = JSONReader(body)
        try reader.beginObject()
        while let key = try reader.nextKey() {
            switch key {
            case "predictions": predictions = try reader.readNumbers()
            case "targets": targets = try reader.readNumbers()
            default: try reader.skipValue()
            }
        }
        try reader.finish()
    } catch {
        preconditionFailure(error.sentence)
    }
    return (predictions, targets)
}

private func read(list: [UInt8]) -> NumberArray {
    var reader = JSONReader(list)
    do { return try reader.readNumbers() } catch { preconditionFailure(error.sentence) }
}

private func write(_ array: NumberArray) -> [UInt8] {
    var writer = JSONWriter()
    writer.numbers(array.values, shape: array.shape)
    return writer.finish()
}
