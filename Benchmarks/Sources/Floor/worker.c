// svc-worker's job: receive, claim, transform, record the success, delete.

#include "floor.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const struct operation receive = {"sqs", "AmazonSQS.ReceiveMessage", "attempt=1; max=3", 1};
static const struct operation update = {"dynamodb", "DynamoDB_20120810.UpdateItem", "attempt=1; max=4", 0};
static const struct operation delete_one = {"sqs", "AmazonSQS.DeleteMessage", "attempt=1; max=3", 1};
static const struct operation delete_many = {"sqs", "AmazonSQS.DeleteMessageBatch", "attempt=1; max=3", 1};

/// A message that is worked on.
struct job {
    char receipt[1024], message[64], id[37], hash[65], owner[37];
    struct job *next;
};

static struct job *idle_jobs;
static int free_slots;
static struct call *waiting_receive;

static void receive_if_free(void);

static void write_one(struct call *call, void *entry) {
    write_body(call, "{\"QueueUrl\":\"%s\",\"ReceiptHandle\":\"%s\"}", settings.queue_url, ((struct job *)entry)->receipt);
}

static void write_entry(struct call *call, int index, void *entry) {
    write_body(call, "{\"Id\":\"%d\",\"ReceiptHandle\":\"%s\"}", index, ((struct job *)entry)->receipt);
}

static void deleted(void *entry) {
    struct job *job = entry;
    job->next = idle_jobs;
    idle_jobs = job;
    free_slots++;
    receive_if_free();
}

static struct batch deletes = {&delete_one, &delete_many, write_one, write_entry, deleted, {0}, 0, 0};

static void settled(struct call *call) {
    struct job *job = call->context;
    give_back(call);
    add_to_batch(&deletes, job);
}

/// What the handler `transform` makes of the claimed job's payload.
static void claimed(struct call *call) {
    struct job *job = call->context;
    char text[1024], hash[65], now[25];
    if (!copy_between(call->answer, "{\\\"text\\\":\\\"", "\\\"", text, sizeof text)) fail("a job without a text");
    give_back(call);
    size_t length = strlen(text);
    sha256_hex(text, length, hash);
    for (char *c = text; *c; c++) *c = (char)toupper(*c);
    write_instant(now, 0);
    call = take_call(&update, settled, job);
    write_body(call,
               "{\"TableName\":\"%s\",\"Key\":{\"PK\":{\"S\":\"JOB#%s\"}},\"UpdateExpression\":\"SET #n0 = :v0, #n2 = :v1, "
               "#n3 = :v2, #n4 = :v3, #n5 = :v4 REMOVE #n1, #n6, #n7\",\"ConditionExpression\":\"#n2 = :v5 AND #n8 = :v6 AND "
               "#n9 = :v7 AND #n10 = :v8\",\"ExpressionAttributeNames\":{\"#n0\":\"updatedAt\",\"#n1\":\"leaseExpiresAt\","
               "\"#n2\":\"status\",\"#n3\":\"result\",\"#n4\":\"finishedAt\",\"#n5\":\"expiresAt\",\"#n6\":\"error\","
               "\"#n7\":\"cancelRequestedAt\",\"#n8\":\"generation\",\"#n9\":\"attempts\",\"#n10\":\"leaseOwner\"},"
               "\"ExpressionAttributeValues\":{\":v0\":{\"S\":\"%s\"},\":v1\":{\"S\":\"SUCCEEDED\"},"
               "\":v2\":{\"S\":\"{\\\"text\\\":\\\"%s\\\",\\\"sha256\\\":\\\"%s\\\",\\\"length\\\":%zu}\"},\":v3\":{\"S\":\"%s\"},"
               "\":v4\":{\"N\":\"%ld\"},\":v5\":{\"S\":\"RUNNING\"},\":v6\":{\"N\":\"0\"},\":v7\":{\"N\":\"1\"},"
               "\":v8\":{\"S\":\"%s\"}},\"ReturnValuesOnConditionCheckFailure\":\"ALL_OLD\","
               "\"ReturnConsumedCapacity\":\"TOTAL\"}",
               settings.table, job->id, now, text, hash, length, now, (long)time(NULL) + 1209600, job->owner);
    send_call(call);
}

static void claim(struct job *job) {
    char now[25], expiry[25];
    write_instant(now, 0);
    write_instant(expiry, 60);
    write_uuid(job->owner);
    struct call *call = take_call(&update, claimed, job);
    write_body(call,
               "{\"TableName\":\"%s\",\"Key\":{\"PK\":{\"S\":\"JOB#%s\"}},\"UpdateExpression\":\"SET #n0 = :v0, #n1 = :v1, "
               "#n2 = :v2, #n3 = :v3, #n4 = :v4, #n5 = :v5 REMOVE #n6, #n7, #n8, #n9 ADD #n10 :v6\",\"ConditionExpression\":"
               "\"#n11 = :v7 AND #n12 = :v8 AND #n10 < #n13 AND ((#n0 IN (:v9, :v10, :v11) AND (attribute_not_exists(#n6) OR "
               "#n6 <= :v12)) OR (#n0 = :v13 AND #n3 < :v14 AND attribute_not_exists(#n14))) AND (attribute_not_exists(#n15) "
               "OR #n15 <= :v15)\",\"ExpressionAttributeNames\":{\"#n0\":\"status\",\"#n1\":\"leaseOwner\","
               "\"#n2\":\"leaseMessageId\",\"#n3\":\"leaseExpiresAt\",\"#n4\":\"startedAt\",\"#n5\":\"updatedAt\","
               "\"#n6\":\"runAt\",\"#n7\":\"progress\",\"#n8\":\"dueKey\",\"#n9\":\"dueSort\",\"#n10\":\"attempts\","
               "\"#n11\":\"generation\",\"#n12\":\"payloadHash\",\"#n13\":\"maxAttempts\",\"#n14\":\"cancelRequestedAt\","
               "\"#n15\":\"version\"},\"ExpressionAttributeValues\":{\":v0\":{\"S\":\"RUNNING\"},\":v1\":{\"S\":\"%s\"},"
               "\":v2\":{\"S\":\"%s\"},\":v3\":{\"S\":\"%s\"},\":v4\":{\"S\":\"%s\"},\":v5\":{\"S\":\"%s\"},\":v6\":{\"N\":\"1\"},"
               "\":v7\":{\"N\":\"0\"},\":v8\":{\"S\":\"%s\"},\":v9\":{\"S\":\"SCHEDULED\"},\":v10\":{\"S\":\"PENDING\"},"
               "\":v11\":{\"S\":\"RETRYING\"},\":v12\":{\"S\":\"%s\"},\":v13\":{\"S\":\"RUNNING\"},\":v14\":{\"S\":\"%s\"},"
               "\":v15\":{\"N\":\"1\"}},\"ReturnValuesOnConditionCheckFailure\":\"ALL_OLD\",\"ReturnValues\":\"ALL_NEW\","
               "\"ReturnConsumedCapacity\":\"TOTAL\"}",
               settings.table, job->id, job->owner, job->message, expiry, now, now, job->hash, now, now);
    send_call(call);
}

/// Claims the jobs of all messages of an answer.
static void received(struct call *call) {
    waiting_receive = NULL;
    const char *at = call->answer;
    while ((at = strstr(at, "{\"MessageId\":"))) {
        struct job *job = idle_jobs;
        if (job) idle_jobs = job->next;
        else if (!(job = calloc(1, sizeof *job))) fail("calloc");
        if (!copy_between(at, "\"MessageId\":\"", "\"", job->message, sizeof job->message)
            || !copy_between(at, "\"ReceiptHandle\":\"", "\"", job->receipt, sizeof job->receipt)
            || !copy_between(at, "\\\"jobId\\\":\\\"", "\\\"", job->id, sizeof job->id)
            || !copy_between(at, "\\\"payloadHash\\\":\\\"", "\\\"", job->hash, sizeof job->hash))
            fail("a message that cannot be read");
        free_slots--;
        claim(job);
        at++;
    }
    give_back(call);
    receive_if_free();
}

/// One receive at a time, once there is room for as many messages as it may bring.
static void receive_if_free(void) {
    int limit = settings.slots < BATCH_LIMIT ? settings.slots : BATCH_LIMIT;
    if (waiting_receive || free_slots < limit) return;
    struct call *call = waiting_receive = take_call(&receive, received, NULL);
    write_body(call,
               "{\"QueueUrl\":\"%s\",\"MaxNumberOfMessages\":%d,\"WaitTimeSeconds\":18,\"VisibilityTimeout\":62,"
               "\"MessageSystemAttributeNames\":[\"All\"],\"MessageAttributeNames\":[\"All\"]}",
               settings.queue_url, limit);
    send_call(call);
}

void start_worker(void) {
    free_slots = settings.slots;
    receive_if_free();
}
