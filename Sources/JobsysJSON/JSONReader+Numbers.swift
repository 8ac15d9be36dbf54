extension JSONReader {
    /// Reads a whole number without fraction and exponent that fits.
    public mutating func readInt() throws(JSONError) -> Int {
        try expect(.number)
        var index = position
        let isNegative = bytes[index] == UInt8(ascii: "-")
        if isNegative { index += 1 }
        let firstDigit = index
        // Towards the negative side, which is the larger one.
        var value = 0
        var overflows = false
        while index < bytes.count, NumberScan.isDigit(bytes[index]) {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (difference, underflow) = product.subtractingReportingOverflow(Int(bytes[index] & 0x0F))
            overflows = overflows || overflow || underflow
            value = difference
            index += 1
        }
        guard try numberEnd() == index else { throw failure("found a number with a fraction; expected an integer") }
        guard index > firstDigit, !overflows, isNegative || value != .min else {
            throw failure("the number does not fit into a 64-bit integer")
        }
        position = index
        return isNegative ? value : -value
    }

    /// Reads a number as the nearest double, which must be finite.
    public mutating func readDouble() throws(JSONError) -> Double {
        try expect(.number)
        let end = try numberEnd()
        guard let value = Double(text(to: end)), value.isFinite else {
            throw failure("the number does not fit into a double")
        }
        position = end
        return value
    }

    /// Reads a number's literal.
    public mutating func readNumberText() throws(JSONError) -> String {
        try expect(.number)
        let end = try numberEnd()
        defer { position = end }
        return text(to: end)
    }

    mutating func skipNumber() throws(JSONError) {
        position = try numberEnd()
    }

    private func numberEnd() throws(JSONError) -> Int {
        guard let end = NumberScan.end(in: bytes, from: position) else { throw failure("malformed number") }
        return end
    }

    private func text(to end: Int) -> String {
        String(decoding: bytes[position..<end], as: UTF8.self)
    }
}
