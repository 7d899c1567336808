// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import HTTPServer

@Suite("The resources of a process") struct ProcessLimitTests {
    /// The files below `/sys/fs/cgroup` in a container, and the resulting limits.
    struct Case: Sendable {
        let groups: String
        let files: [String: String]
        let cores: Int?
        let memory: Int?
    }

    static let cases = [
        Case(groups: "0::/\n", files: [:], cores: nil, memory: nil),
        Case(
            groups: "0::/\n",
            files: ["cpu.max": "max 100000\n", "memory.max": "max\n"],
            cores: nil,
            memory: nil
        ),
        Case(
            groups: "0::/\n",
            files: ["cpu.max": "50000 100000\n", "memory.max": "268435456\n"],
            cores: 1,
            memory: 268_435_456
        ),
        // The strictest limit of a group and its ancestors applies.
        Case(
            groups: "0::/kubepods/pod1\n",
            files: [
                "kubepods/cpu.max": "150000 100000\n", "kubepods/pod1/cpu.max": "400000 100000\n",
                "kubepods/memory.max": "1000000000\n",
                "kubepods/pod1/memory.max": "2000000000\n",
            ],
            cores: 2,
            memory: 1_000_000_000
        ),
        // Version 1, in a container that sees the path of the host.
        Case(
            groups: "4:memory:/docker/abc\n3:cpu,cpuacct:/docker/abc\n0::/\n",
            files: [
                "memory/memory.limit_in_bytes": "536870912\n",
                "cpu,cpuacct/cpu.cfs_quota_us": "250000\n",
                "cpu,cpuacct/cpu.cfs_period_us": "100000\n",
            ],
            cores: 3,
            memory: 536_870_912
        ),
        Case(
            groups: "4:memory:/\n3:cpu:/\n",
            files: [
                "memory/memory.limit_in_bytes": "9223372036854771712\n",
                "cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n",
            ],
            cores: nil,
            memory: nil
        ),
        Case(
            groups: "nonsense\n0::\n1:2\n",
            files: ["cpu.max": "0 0", "memory.max": "much"],
            cores: nil,
            memory: nil
        ),
    ]

    @Test("are limited by its control groups", arguments: cases.indices)
    func controlGroups(index: Int) {
        let setting = Self.cases[index]
        let groups = ControlGroups(groups: setting.groups) { setting.files[$0] }
        #expect(groups.cores == setting.cores)
        #expect(groups.memoryBytes == setting.memory)
    }

    @Test("exclude a quarter of the memory and 64 MiB from the budget of requests and responses")
    func memory() {
        let mebibyte = 1_024 * 1_024
        let maximum = 512 * mebibyte
        #expect(ProcessLimits.memoryBytes(maximum: maximum, of: [nil, nil]) == maximum)
        #expect(ProcessLimits.memoryBytes(maximum: maximum, of: [2_048 * mebibyte]) == maximum)
        #expect(
            ProcessLimits.memoryBytes(maximum: maximum, of: [nil, 512 * mebibyte]) == 320 * mebibyte
        )
        #expect(
            ProcessLimits.memoryBytes(maximum: maximum, of: [512 * mebibyte, 256 * mebibyte])
                == 128 * mebibyte
        )
        #expect(ProcessLimits.memoryBytes(maximum: maximum, of: [64 * mebibyte]) == 16 * mebibyte)
    }

    @Test("are divided among loops, connections and connections beyond the limit")
    func descriptors() throws {
        for descriptors in 0..<200 {
            for loops in [1, 2, 8] {
                do throws(StartError) {
                    let plan = try DescriptorPlan(
                        descriptors: descriptors,
                        loops: loops,
                        connections: 4_096
                    )
                    #expect(
                        plan.connections >= 2 && plan.overLimitConnections >= 1 && plan.loops >= 1
                    )
                    let used = 14 + plan.loops * (8 + plan.overLimitConnections) + plan.connections
                    #expect(used <= descriptors)
                } catch {
                    #expect(error == .tooFewDescriptors(limit: descriptors, needed: 25))
                    #expect(descriptors < 25)
                }
            }
        }
        let plan = try DescriptorPlan(descriptors: 1 << 20, loops: 2, connections: 4_096)
        #expect(plan.connections == 4_096 && plan.overLimitConnections == 1_024 && plan.loops == 2)
    }
}
