public import JobsysJSON

/// Somebody who has something to say on a page of metrics.
public protocol MetricsSource: Sendable {
    /// Adds what it has counted, under names that no other source uses.
    ///
    /// It may ask others for it, and should leave out what it does not get within a second or two.
    func report(to page: inout MetricsPage) async
}

/// A source that can list each thing that it has counted, for a document of `GET /stats`.
public protocol StatsSource: MetricsSource {
    /// Writes what was counted so far, as an object.
    func encode(to writer: inout JSONWriter)
}
