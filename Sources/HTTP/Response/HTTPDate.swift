// SPDX-License-Identifier: Apache-2.0

/// The format of the Date field: `Sun, 06 Nov 1994 08:49:37 GMT`, RFC 9110 section 5.6.7.
package enum HTTPDate {
    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// Formats a point in time after the beginning of 1970.
    ///
    /// Counts in identical eras of 400 years, 146,097 days each, from 1 March of the year 0, so
    /// that the leap day is the last day of its year.
    package static func format(secondsSince1970 seconds: Int) -> String {
        let day = seconds / 86_400
        let second = seconds % 86_400
        let daysBefore1970 = 719_468
        let (era, dayOfEra) = (day + daysBefore1970).quotientAndRemainder(dividingBy: 146_097)
        let leapDays = dayOfEra / 1_460 - dayOfEra / 36_524 + dayOfEra / 146_096
        let yearOfEra = (dayOfEra - leapDays) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        // From March on, five months have 153 days.
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let dayOfMonth = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = (monthFromMarch + 2) % 12
        let year = era * 400 + yearOfEra + (month < 2 ? 1 : 0)
        return "\(days[day % 7]), \(twoDigits(dayOfMonth)) \(months[month]) \(year) "
            + "\(twoDigits(second / 3_600)):\(twoDigits(second / 60 % 60)):"
            + "\(twoDigits(second % 60)) GMT"
    }

    private static func twoDigits(_ number: Int) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }
}
