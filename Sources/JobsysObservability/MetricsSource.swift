/// Somebody who has something to say on a page of metrics.
public protocol MetricsSource: Sendable {
    /// Adds what it has counted, under names that no other source uses.
    ///
    /// It may ask others for it, and should leave out what it does not get within a second or two.
    func report(to page: inout MetricsPage) async
}
