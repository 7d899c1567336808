// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import TensorJSON

/// The expected values are printed by `powers.py`.
@Suite("The table of powers of five")
struct PowersOfFiveTests {
    private let table = PowersOfFive.table

    @Test(
        "matches exact integer arithmetic in selected entries",
        arguments: [
            (-342, 0xEEF4_53D6_923B_D65A, 0x113F_AA29_06A1_3B3F),
            (-28, 0xFD87_B5F2_8300_CA0D, 0x8BCA_9D6E_1888_53FC),
            (-27, 0x9E74_D1B7_91E0_7E48, 0x775E_A264_CF55_347E),
            (-1, 0xCCCC_CCCC_CCCC_CCCC, 0xCCCC_CCCC_CCCC_CCCD),
            (0, 0x8000_0000_0000_0000, 0x0000_0000_0000_0000),
            (55, 0xD0CF_4B50_CFE2_0765, 0xFFF4_B4E3_F741_CF6D),
            (56, 0x8281_8F12_81ED_449F, 0xBFF8_F10E_7A89_21A4),
            (308, 0x8E67_9C2F_5E44_FF8F, 0x570F_09EA_A7EA_7648),
            (324, 0x9E19_DB92_B4E3_1BA9, 0x6C07_A2C2_6A83_46D1),
        ] as [(Int, UInt64, UInt64)]
    )
    func entry(q: Int, high: UInt64, low: UInt64) {
        #expect(table[q].high == high)
        #expect(table[q].low == low)
    }

    @Test("matches exact integer arithmetic in all entries")
    func checksum() {
        var checksum: UInt64 = 0xCBF2_9CE4_8422_2325
        for q in PowersOfFive.exponents {
            checksum = (checksum ^ table[q].high) &* 0x100_0000_01B3
            checksum = (checksum ^ table[q].low) &* 0x100_0000_01B3
        }
        #expect(checksum == 0xE00B_F832_446A_C6FC)
    }

    @Test("has the first bit of each entry set, and no entry that would carry when rounded up")
    func scale() {
        for q in PowersOfFive.exponents {
            #expect(table[q].high >> 63 == 1)
            #expect(table[q].low < .max)
        }
    }

    @Test("has the powers of ten up to the fifteenth")
    func tens() {
        #expect(table.ten(to: 0) == 1)
        #expect(table.ten(to: 1) == 10)
        #expect(table.ten(to: 8) == 100_000_000)
        #expect(table.ten(to: 15) == 1_000_000_000_000_000)
    }

    @Test("has the matching binary exponent of each power of ten")
    func binaryExponent() {
        // 10^q is 5^q * 2^q, and 5^q is below 2^(b+1) and not below 2^b.
        var five = LongInteger(powerOfTwo: 0)
        for q in 0...324 {
            #expect(PowersOfFive.binaryExponent(ofTenTo: q) == q + five.bitCount - 1)
            // Except for q = 0, 10^-q is not a power of two, so its floor is one lower.
            let down = q == 0 ? 0 : 1
            #expect(PowersOfFive.binaryExponent(ofTenTo: -q) == -(q + five.bitCount - 1) - down)
            five.multiplyByFive()
        }
    }
}
