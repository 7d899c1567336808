// SPDX-License-Identifier: Apache-2.0

package import TensorJSON

/// The reason that a line of CSV or NDJSON is refused.
package enum LineReason: Error, Equatable, Sendable {
    /// The body has no line, and so no header.
    case noHeader
    /// The first line has numbers in the place of names.
    case numbersInHeader
    /// The header has a separator other than the comma.
    case otherSeparator(UInt8)
    /// A column other than the first has no name, by its number from 1.
    case unnamedColumn(Int)
    case repeatedColumn
    /// A column that is chosen for a field is not among those that exist.
    case unknownColumn(String, known: [String])
    /// The columns of an array are not numbered from 0 without a gap.
    case missingColumn(String)
    /// A column is chosen for two fields.
    case sharedColumn(String)
    case tooManyColumns(limit: Int)
    /// A row has a count of cells that is not that of the header.
    case wrongCount(Int, expected: Int)
    case blankLine
    case notANumber(String)
    case decimalComma(String)
    case tooLarge(String)
    case infinite(String)
    /// A row has no label.
    case noLabel
    /// A label in JSON is a number that may be that of several integers, or none.
    case inexactLabel
    /// A label is a string and those before it are numbers, or the other way round.
    case unlikeLabels(isString: Bool)
    /// A quote that does not enclose a cell.
    case strayQuote
    case unclosedQuote
    case strayReturn
    case invalidUTF8
    case tooLong(limit: Int)
    /// A line is not a JSON object of numbers.
    case json(JSONError)
    /// A line does not have the members of the first line.
    case missingMember
    case unknownMember(known: [String])
    /// The value of a member has a shape that differs from that in the first line.
    case wrongShape([Int], expected: [Int])
}

extension LineReason {
    /// The error, and what would be accepted instead; `column` is the name of a column or member.
    func sentence(line: Int, column: String?) -> String {
        let name = column.map { " \"\($0.shortened)\"" } ?? ""
        let place = "Line \(line)" + (column == nil ? "" : ", column\(name)")
        switch self {
        case .noHeader:
            return "The body is empty, but must begin with a line of the names of the columns."
        case .numbersInHeader:
            return
                "Line \(line) has numbers only, but must have the names of the columns, such as "
                + "predictions,targets: in pandas, use to_csv without header=False."
        case .otherSeparator(let byte):
            return
                "The names in line \(line) are separated by \(byte == 0x09 ? "tabs" : "semicolons"), "
                + "but columns must be separated by commas, and decimals by points: in pandas and R, "
                + "use to_csv and write.csv without sep and dec, in Excel the format \"CSV UTF-8\" with "
                + "English regional settings."
        case .unnamedColumn(let number):
            return
                "Column \(number) has no name in line \(line): only the first column, an index that "
                + "is not read, may have none."
        case .repeatedColumn: return "Two columns are named\(name): each needs its own name."
        case .unknownColumn(let column, let known):
            return
                "columns chooses \"\(column.shortened)\" for\(name), but line \(line) has no column "
                + "\"\(column.shortened)\" and none \"\(column.shortened)_0\". Its columns: "
                + Self.list(known) + "."
        case .missingColumn(let column):
            return "The columns of\(name) must be numbered from 0 without a gap, but there is no "
                + "\"\(column.shortened)\" in line \(line)."
        case .sharedColumn(let column):
            return
                "The column \"\(column.shortened)\" is chosen for two fields, one of them\(name): "
                + "choose it once."
        case .tooManyColumns(let limit):
            return "Line \(line) has more than \(limit) columns: send fewer."
        case .wrongCount(let count, let expected):
            return "Line \(line) has \(count) cell\(count == 1 ? "" : "s"), but the header has "
                + "\(expected) column\(expected == 1 ? "" : "s")."
                + (count > expected ? " Decimals are separated by points, not commas." : "")
        case .blankLine:
            return "Line \(line) is blank: in a table of one column, write NA for a missing value."
        case .notANumber(let text):
            return
                "\(place) is \"\(text)\", but must be a number such as -1.5e3, true or false, or "
                + "empty, NA, NaN or NULL for a missing value."
        case .decimalComma(let text):
            return
                "\(place) is \"\(text)\", but decimals must be separated by a point: in pandas and R, "
                + "use to_csv and write.csv without dec."
        case .tooLarge(let text):
            return "\(place) is \(text), which is too large for a double (about 1.8e308)."
        case .infinite(let text):
            return
                "\(place) is \(text), but numbers must be finite, or empty, NA, NaN or NULL for a "
                + "missing value."
        case .noLabel:
            return "\(place) has no text, but must have that of the group of each row."
        case .inexactLabel:
            return "\(place) must be a string, or an integer below 2^53 in magnitude."
        case .unlikeLabels(let isString):
            return
                "\(place) is a \(isString ? "string" : "number"), but those before it are "
                + "\(isString ? "numbers" : "strings"): use strings only, or integers only."
        case .strayQuote:
            return
                "\(place) has a quote within a cell: a quoted cell begins and ends with a quote, and "
                + "a quote in it is doubled."
        case .unclosedQuote: return "The cell that begins in line \(line) has no closing quote."
        case .strayReturn:
            return
                "Line \(line) has a carriage return without a line feed: lines end with a line feed, "
                + "or with both as in the first line."
        case .invalidUTF8: return "\(place) is not valid UTF-8."
        case .tooLong(let limit):
            return
                "Line \(line) has more than \(limit) bytes: does each row have a line of its own?"
        case .json(let error): return "Line \(line) is not valid. \(error.sentence)"
        case .missingMember:
            return
                "Line \(line) has no\(name), but must have the members of the first line: write null "
                + "for a missing value."
        case .unknownMember(let known):
            return "Line \(line) has a member\(name), but must have the members of the first line: "
                + Self.list(known) + "."
        case .wrongShape(let shape, let expected):
            return
                "The shape of\(name) in line \(line) is \(shape.list), but in the first line it is "
                + "\(expected.list)."
        }
    }

    /// The first of some names, in quotes.
    private static func list(_ names: [String]) -> String {
        names.prefix(20).map { "\"\($0.shortened)\"" }.joined(separator: ", ")
    }

    /// The stable name of the reason, in snake_case.
    var code: String {
        switch self {
        case .noHeader: "no_header"
        case .numbersInHeader: "numbers_in_header"
        case .otherSeparator: "other_separator"
        case .unnamedColumn: "unnamed_column"
        case .repeatedColumn: "repeated_column"
        case .unknownColumn: "unknown_column"
        case .missingColumn: "missing_column"
        case .sharedColumn: "shared_column"
        case .tooManyColumns: "too_many_columns"
        case .wrongCount: "wrong_count"
        case .blankLine: "blank_line"
        case .notANumber: "not_a_number"
        case .decimalComma: "decimal_comma"
        case .tooLarge: "number_out_of_range"
        case .infinite: "infinite"
        case .noLabel: "no_label"
        case .inexactLabel: "inexact_label"
        case .unlikeLabels: "unlike_labels"
        case .strayQuote: "stray_quote"
        case .unclosedQuote: "unclosed_quote"
        case .strayReturn: "stray_return"
        case .invalidUTF8: "invalid_utf8"
        case .tooLong: "line_too_long"
        case .json(let error): error.code
        case .missingMember: "missing_member"
        case .unknownMember: "unknown_member"
        case .wrongShape: "wrong_shape"
        }
    }
}
