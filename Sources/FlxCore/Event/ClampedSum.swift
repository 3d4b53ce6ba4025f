extension FixedWidthInteger {
    /// The sum, or the end of the type that it would pass: for counts that are read from records.
    package func addingClamped(_ other: Self) -> Self {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other < 0 ? .min : .max) : sum
    }
}
