// SPDX-License-Identifier: Apache-2.0

import Host

/// Computes tests from standard input with the kernels, and writes the bits of all numbers to standard
/// output.
///
/// It is compiled together with the kernels, once for this processor and once for arm64.
@main
struct Driver {
    static func main() {
        while let test = Test.next() {
            do throws(LossError) {
                try dispatch(test)
            } catch {
                write([.nan])
            }
        }
    }

    /// Writes the bits of numbers; a NaN has the same bits everywhere.
    static func write(_ numbers: [Double]) {
        for number in numbers {
            host_write(number.isNaN ? Double.nan.bitPattern : number.bitPattern)
        }
    }

    /// Computes elements block by block.
    static func run(_ kernel: some ElementKernel, _ test: Test) {
        let given = kernel.list?.values ?? []
        for start in stride(from: 0, to: test.count, by: ElementBlock.capacity) {
            let range = start..<min(start + ElementBlock.capacity, test.count)
            let all = test.allInputs
            var block = ElementBlock(
                inputCount: test.inputs.count,
                count: range.count,
                gradients: all,
                hessians: all,
                usesSurrogate: test.usesSurrogate
            )
            func padded(_ index: Int) -> [Double] {
                let input = test.input(index)
                guard !input.isEmpty else { return [] }
                let last = input[range.upperBound - 1]
                return Array(input[range])
                    + [Double](repeating: last, count: block.stride - range.count)
            }
            let (first, second, third) = (padded(0), padded(1), padded(2))
            let (fourth, fifth) = (padded(3), padded(4))
            let list =
                given.isEmpty ? [] : (0..<block.stride).map { given[(start + $0) % given.count] }
            kernel.compute(
                first.span,
                second.span,
                third.span,
                fourth.span,
                fifth.span,
                list: list.span,
                into: &block
            )
            for column in 0..<(1 + 2 * test.inputs.count) {
                let first = column * block.stride
                write(Array(block.numbers[first..<(first + range.count)]))
            }
        }
    }

    /// Computes rows of contiguous numbers, group by group.
    static func run(_ kernel: some RowKernel, _ test: Test) throws(LossError) {
        if let list = kernel.list, list.values.count != test.length { return }
        var group = RowGroup(
            length: test.length,
            step: 1,
            of: test.count,
            sharedLength: kernel.sharedLength
        )
        let all = test.allInputs
        var block = RowBlock(
            inputCount: test.inputs.count,
            group: group,
            gradients: all,
            hessians: all,
            usesSurrogate: test.usesSurrogate
        )
        let hasClasses = !test.classes.isEmpty
        let classes = hasClasses ? test.classes : [Double](repeating: 0, count: test.count)
        let (first, third) = (test.input(0), test.input(2))
        let second = hasClasses ? [] : test.input(1)
        for start in stride(from: 0, to: test.count, by: group.capacity) {
            let range = start..<min(start + group.capacity, test.count)
            group.replace(with: range, classes: classes[range])
            if group.isLong {
                try kernel.computeLong(
                    first.span,
                    second.span,
                    third.span,
                    group,
                    hasClasses: hasClasses,
                    into: &block,
                    checkCancellation: {},
                    check: { (block) throws(LossError) in write(Array(block.losses.prefix(1))) },
                    flush: { (block, columns) throws(LossError) in
                        write(derivatives(block, columns.count, test.inputs.count))
                    }
                )
            } else {
                kernel.compute(
                    first.span,
                    second.span,
                    third.span,
                    group,
                    hasClasses: hasClasses,
                    into: &block
                )
                write(Array(block.losses.prefix(range.count)))
                write(derivatives(block, range.count * test.length, test.inputs.count))
            }
        }
    }

    /// Computes a segment, with derivatives with respect to the first input.
    static func run(_ kernel: some SegmentKernel, _ test: Test) {
        var first = InputSet()
        first.insert(0)
        var block = SegmentBlock(
            capacity: test.input(0).count,
            gradients: first,
            hessians: first,
            usesSurrogate: test.usesSurrogate
        )
        let inputs = (test.input(0), test.input(1), test.input(2), test.input(3))
        do throws(SegmentError) {
            try kernel.compute(
                inputs.0.span,
                inputs.1.span,
                inputs.2.span,
                inputs.3.span,
                columns: test.length,
                into: &block,
                check: {}
            )
            write([block.loss] + block.numbers)
        } catch {
            write([.nan])
        }
    }

    private static func derivatives(
        _ block: borrowing RowBlock,
        _ count: Int,
        _ inputCount: Int
    ) -> [Double] {
        var numbers: [Double] = []
        for input in 0..<inputCount {
            for isHessian in [false, true] {
                let first = block.offset(of: input, isHessian: isHessian)
                numbers += block.numbers[first..<(first + count)]
            }
        }
        return numbers
    }
}

/// Inputs of a formula, with its options.
struct Test {
    let formula: Int
    private let given: [String: OptionValue]
    let usesSurrogate: Bool
    /// The number of elements or rows.
    let count: Int
    /// The length of a row.
    let length: Int
    let classes: [Double]
    let inputs: [[Double]]

    /// Reads the next test; `nil` at the end.
    static func next() -> Test? {
        let formula = host_read()
        return formula == UInt64.max ? nil : Test(formula: Int(formula))
    }

    private init(formula: Int) {
        self.formula = formula
        var given: [String: OptionValue] = [:]
        for _ in 0..<Self.integer() {
            let name = Self.text()
            switch Self.integer() {
            case 0: given[name] = .number(Self.number())
            case 1: given[name] = .flag(Self.integer() == 1)
            case 2: given[name] = .choice(Self.text())
            default: given[name] = .list(Self.numbers())
            }
        }
        self.given = given
        usesSurrogate = Self.integer() == 1
        count = Self.integer()
        length = Self.integer()
        classes = Self.numbers()
        var inputs: [[Double]] = []
        for _ in 0..<Self.integer() { inputs.append(Self.numbers()) }
        self.inputs = inputs
    }

    /// An input; empty if there are fewer.
    func input(_ index: Int) -> [Double] { index < inputs.count ? inputs[index] : [] }

    var allInputs: InputSet {
        var all = InputSet()
        for index in inputs.indices { all.insert(index) }
        return all
    }

    /// The options, as the loss declares them.
    func options(for facts: Facts) throws(LossError) -> OptionValues {
        try OptionValues(given, for: facts.options)
    }

    private static func integer() -> Int { Int(host_read()) }
    private static func number() -> Double { Double(bitPattern: host_read()) }

    private static func numbers() -> [Double] {
        var numbers: [Double] = []
        for _ in 0..<integer() { numbers.append(number()) }
        return numbers
    }

    /// A text of up to 255 bytes in code points, one for each word.
    private static func text() -> String {
        var text = ""
        for _ in 0..<integer() {
            text.unicodeScalars.append(Unicode.Scalar(UInt8(truncatingIfNeeded: host_read())))
        }
        return text
    }
}
