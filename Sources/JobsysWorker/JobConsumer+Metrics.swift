import JobsysCore
public import JobsysObservability

extension JobConsumer: MetricsSource {
    /// Adds how many slots there are and are taken, how old the backlog is, and the types whose jobs do not start.
    public func report(to page: inout MetricsPage) {
        page.value("jobsys_worker_slots", .gauge, "Jobs that may run at once.", Double(options.concurrency))
        page.value("jobsys_worker_slots_taken", .gauge, "Jobs that run, or are about to.", Double(slots.taken))
        if let backlogAge {
            page.value(
                "jobsys_backlog_age_seconds",
                .gauge,
                "The age of the oldest message that was received last, and had not been before.",
                backlogAge / .seconds(1)
            )
        }
        page.family("jobsys_type_shut", .gauge, "Types whose jobs do not start, or one at a time, because they failed.")
        {
            family in
            for (type, state) in gate.breakers().sorted(by: { $0.key < $1.key }) {
                family.add(["type": type, "state": state], 1)
            }
        }
    }
}
