public import JobsysAWS
public import JobsysObservability

extension CallMeter: StatsSource {
    /// Adds the requests, the capacity units and the errors.
    public func report(to page: inout MetricsPage) {
        let tallies = sortedTallies
        page.family("jobsys_aws_requests_total", .counter, "Requests sent to AWS, repetitions too.") { family in
            for (operation, tally) in tallies {
                family.add(["service": operation.service, "operation": operation.name], Double(tally.total.requests))
            }
        }
        page.family("jobsys_aws_capacity_units_total", .counter, "Capacity units that DynamoDB says were consumed.") {
            family in
            for (operation, tally) in tallies where operation.service == AWSService.dynamoDB.endpointPrefix {
                family.add(["operation": operation.name], tally.total.capacityUnits)
            }
        }
        page.family(
            "jobsys_aws_type_capacity_units_total",
            .counter,
            "Those of the capacity units that jobs of a type consumed."
        ) { family in
            for (operation, tally) in tallies where operation.service == AWSService.dynamoDB.endpointPrefix {
                for (tag, bill) in tally.tags.sorted {
                    family.add(["operation": operation.name, "type": tag], bill.capacityUnits)
                }
            }
        }
        page.family("jobsys_aws_errors_total", .counter, "Calls that ended with an error, failed conditions too.") {
            family in
            for (operation, tally) in tallies {
                for (code, count) in tally.errors.sorted(by: { $0.key < $1.key }) {
                    let labels: KeyValuePairs = [
                        "service": operation.service, "operation": operation.name, "code": code,
                    ]
                    family.add(labels, Double(count))
                }
            }
        }
    }
}
