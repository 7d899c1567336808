// SPDX-License-Identifier: Apache-2.0

/// What the control groups of a process allow it (Linux documentation, "Control Group v2" and
/// "Control Groups version 1").
struct ControlGroups {
    /// Processor time as a number of cores, rounded up; nil: any.
    let cores: Int?
    /// Bytes of memory; nil: any.
    let memoryBytes: Int?

    static let ofThisProcess = ControlGroups(
        groups: SmallFile.text("/proc/self/cgroup") ?? "",
        file: { SmallFile.text("/sys/fs/cgroup/" + $0) }
    )

    /// - Parameters:
    ///   - groups: The content of `/proc/self/cgroup`, a line for each hierarchy.
    ///   - file: The content of a file below `/sys/fs/cgroup`; nil where there is none.
    init(groups: String, file: (String) -> String?) {
        var cores: [Int] = []
        var bytes: [Int] = []
        for line in groups.split(separator: "\n") {
            // "0::/path" in version 2, "4:memory:/path" in version 1.
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { continue }
            for group in Self.ancestors(of: parts[2]) {
                if parts[1].isEmpty {
                    for root in ["", "unified/"] {
                        cores += Self.cores(quota: file(root + group + "cpu.max"))
                        bytes += Self.bytes(file(root + group + "memory.max"))
                    }
                } else {
                    let root = "\(parts[1])/\(group)"
                    cores += Self.cores(
                        quota: file(root + "cpu.cfs_quota_us"),
                        period: file(root + "cpu.cfs_period_us")
                    )
                    bytes += Self.bytes(file(root + "memory.limit_in_bytes"))
                }
            }
        }
        self.cores = cores.min()
        memoryBytes = bytes.min()
    }

    /// A group and those that it is in, each as the beginning of a path.
    ///
    /// Inside a container the path may be that of the machine, of which only the root is there.
    private static func ancestors(of path: Substring) -> [String] {
        var ancestors = [""]
        for step in path.split(separator: "/") {
            ancestors.append("\(ancestors.last ?? "")\(step)/")
        }
        return ancestors
    }

    /// `$MAX $PERIOD` in one file, or each in one of its own; "max" and -1 are no limit.
    private static func cores(quota: String?, period: String? = nil) -> [Int] {
        let numbers = "\(quota ?? "") \(period ?? "")".split { $0 == " " || $0 == "\n" }
        guard numbers.count == 2, let quota = Int(numbers[0]), let period = Int(numbers[1]),
            quota > 0, period > 0
        else { return [] }
        return [max(1, (quota + period - 1) / period)]
    }

    /// A number, or "max"; version 1 says that there is no limit by one beyond any machine.
    private static func bytes(_ text: String?) -> [Int] {
        guard let text, let bytes = Int(text.split(separator: "\n").first ?? ""), bytes > 0,
            bytes < 1 << 60
        else { return [] }
        return [bytes]
    }
}
