"""Lists what there is in an AWS account, of the kinds that the templates make: one line each, sorted.

It is asked of AWS_ENDPOINT_URL, an emulator.
"""

import os

import botocore.session
import jmespath

KINDS = """
cloudformation describe_stacks Stacks[?StackStatus!='DELETE_COMPLETE'].StackName
dynamodb list_tables TableNames
sqs list_queues QueueUrls
ssm describe_parameters Parameters[?starts_with(Name,'/jobsys')].Name
iam list_roles Roles[?contains(RoleName,'jobsys')].RoleName
iam list_policies Policies[?contains(PolicyName,'jobsys')].PolicyName
iam list_instance_profiles InstanceProfiles[].InstanceProfileName
ecr describe_repositories repositories[].repositoryName
s3 list_buckets Buckets[].Name
lambda list_functions Functions[].FunctionName
lambda list_event_source_mappings EventSourceMappings[].EventSourceArn
logs describe_log_groups logGroups[].logGroupName
ec2 describe_vpcs Vpcs[].VpcId
ec2 describe_subnets Subnets[].SubnetId
ec2 describe_security_groups SecurityGroups[].GroupId
ec2 describe_internet_gateways InternetGateways[].InternetGatewayId
ec2 describe_route_tables RouteTables[].RouteTableId
ec2 describe_vpc_endpoints VpcEndpoints[?State!='deleted'].VpcEndpointId
ec2 describe_launch_templates LaunchTemplates[].LaunchTemplateName
ec2 describe_instances Reservations[].Instances[?State.Name!='terminated'][].InstanceId
autoscaling describe_auto_scaling_groups AutoScalingGroups[].AutoScalingGroupName
elbv2 describe_load_balancers LoadBalancers[].LoadBalancerName
elbv2 describe_target_groups TargetGroups[].TargetGroupArn
ecs list_clusters clusterArns
ecs list_task_definitions taskDefinitionArns
sns list_topics Topics[].TopicArn
cloudwatch describe_alarms MetricAlarms[].AlarmName
cloudwatch list_dashboards DashboardEntries[].DashboardName
"""

session = botocore.session.get_session()
lines = []
for service, operation, query in (kind.split(" ", 2) for kind in KINDS.strip().splitlines()):
    client = session.create_client(service, endpoint_url=os.environ["AWS_ENDPOINT_URL"])
    answer = getattr(client, operation)()
    lines += [f"{service} {operation} {name}" for name in jmespath.search(query, answer) or []]
print("\n".join(sorted(lines)))
