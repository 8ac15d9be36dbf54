extension DynamoDB {
    /// The size of an attribute, to be compared with a number; made by ``Attribute/size``.
    public struct Size: Sendable, Hashable {
        let attribute: Attribute
    }
}

extension DynamoDB.Size: DynamoDB.Comparand {
    /// The attribute's size.
    public var operand: DynamoDB.Operand { .size(attribute) }
}
