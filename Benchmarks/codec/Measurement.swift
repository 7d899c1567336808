// SPDX-License-Identifier: Apache-2.0

import TensorJSON

/// Prints the time to read and to write numbers of several shapes.
///
/// - Parameters:
///   - count: the count of numbers of each shape.
///   - name: a part of the names of the shapes to measure; empty for all.
func measure(numbers count: Int, shape name: String) {
    for shape in Shape.all where name.isEmpty || shape.name.contains(name) {
        let texts = shape.texts(count)
        let body = Array("[\(texts.joined(separator: shape.separator))]".utf8)
        let values = texts.map { strictDouble($0) }
        row("read  \(shape.name)", numbers: count, bytes: body.count) {
            precondition(isSame(read(body), values), "a wrong number was read")
        } timed: {
            read(body)
        }
        let text = write(values)
        row("write \(shape.name)", numbers: count, bytes: text.count) {
            precondition(isSame(read(text), values), "a wrong number was written")
        } timed: {
            write(values)
        }
    }
    if name.isEmpty || name == "few" { few() }
}

/// Prints an array of numbers of a shape, for other programs to read.
func printBody(of name: String, numbers count: Int) {
    guard let shape = Shape.all.first(where: { $0.name == name }) else {
        preconditionFailure("no shape has that name")
    }
    print(String(decoding: shape.body(count), as: UTF8.self))
}

/// Prints the time for a body with two arrays of four numbers.
private func few() {
    let body = Array(
        #"{"predictions":[0.2,1.7,-0.5,3.25],"targets":[0.0,1.5,-0.25,3.0]}"#.utf8
    )
    let times = 1000
    let reading = seconds(runs: 301) {
        for _ in 0..<times {
            let (predictions, targets) = readFields(body)
            precondition(predictions.values.count + targets.values.count == 8)
        }
    }
    print(
        "read  2 x 4 numbers: \(decimals(reading.median * 1e9 / Double(times))) ns"
            + " (at best \(decimals(reading.least * 1e9 / Double(times))))"
    )
    let values = [0.2, 1.7, -0.5, 3.25]
    let writing = seconds(runs: 301) {
        for _ in 0..<times { precondition(write(values).count > 8) }
    }
    print(
        "write 4 numbers: \(decimals(writing.median * 1e9 / Double(times))) ns"
            + " (at best \(decimals(writing.least * 1e9 / Double(times))))"
    )
}

private func row<Result>(
    _ name: String,
    numbers: Int,
    bytes: Int,
    check: () -> Void,
    timed: () -> Result
) {
    check()
    let (least, median) = seconds(runs: max(11, min(1001, 20_000_000 / numbers))) { _ = timed() }
    let nanoseconds = decimals(median * 1e9 / Double(numbers))
    let best = decimals(least * 1e9 / Double(numbers))
    let megabytes = Int(Double(bytes) / median / 1e6)
    print("\(name): \(nanoseconds) ns/number (at best \(best)), \(megabytes) MB/s")
}

/// The minimum and the median of the execution times of a closure.
private func seconds(runs: Int, _ body: () -> Void) -> (least: Double, median: Double) {
    let clock = ContinuousClock()
    let times = (0..<runs).map { _ in clock.measure(body) / .seconds(1) }.sorted()
    return (times[0], times[runs / 2])
}

private func decimals(_ value: Double) -> String {
    "\((value * 100).rounded() / 100)"
}

private func isSame(_ left: [Double], _ right: [Double]) -> Bool {
    left.count == right.count
        && zip(left, right).allSatisfy { $0.bitPattern == $1.bitPattern }
}

private func readFields(_ body: [UInt8]) -> (NumberArray, NumberArray) {
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

private func read(_ list: [UInt8]) -> [Double] {
    var reader = JSONReader(list)
    do { return try reader.readNumbers().values } catch { preconditionFailure(error.sentence) }
}

private func write(_ values: [Double]) -> [UInt8] {
    var writer = JSONWriter()
    writer.numbers(values, shape: [values.count])
    return writer.finish()
}
