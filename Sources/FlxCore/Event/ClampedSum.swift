extension FixedWidthInteger {
    /// The sum, limited to the range of the type: for counts read from records.
    package func addingClamped(_ other: Self) -> Self {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other < 0 ? .min : .max) : sum
    }
}
