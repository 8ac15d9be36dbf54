/// What DynamoDB bills: units of 1 KB written and of 4 KB read.
struct CapacityUnits {
    var write = 0.0
    var read = 0.0

    static func += (left: inout CapacityUnits, right: CapacityUnits) {
        left.write += right.write
        left.read += right.read
    }

    /// Of a write that touches an item of so many bytes, before or after it.
    static func writing(_ size: Int) -> CapacityUnits {
        CapacityUnits(write: Double(max(1, (size + 1023) / 1024)))
    }

    /// Of reading so many bytes; half if an older state would do.
    static func reading(_ size: Int, isConsistent: Bool) -> CapacityUnits {
        CapacityUnits(read: Double(max(1, (size + 4095) / 4096)) * (isConsistent ? 1 : 0.5))
    }
}
