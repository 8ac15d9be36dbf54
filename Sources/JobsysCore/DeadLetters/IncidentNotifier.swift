/// Tells people that a job has failed for good.
public protocol IncidentNotifier: Sendable {
    /// What the notifier is called in logs, such as `webhook`.
    var name: String { get }

    /// Tells of an incident, and of how many others nobody was told of because there were too many.
    ///
    /// - Throws: ``DependencyError``; people may have been told nevertheless.
    func notify(_ incident: Incident, withheld: Int) async throws
}
