"""What schemathesis is told beside its configuration, by scripts/checks/schemathesis.

Requests for keys leave alone the keys that the run itself needs: an administrator's random request may name any key that an
answer has told of, and revoke it. Each request comes from an address of its own, as far as svc-api knows, for those that show
a wrong credential are limited by address.
"""

import os
import random

import schemathesis

PROTECTED = set(os.environ["PROTECTED_KEYS"].split())
SPARE = os.environ["SPARE_KEY"]
addresses = random.Random(1)


@schemathesis.hook
def before_call(context, case, kwargs):
    if case.operation.path.startswith("/keys/{id}") and str(case.path_parameters.get("id")) in PROTECTED:
        case.path_parameters["id"] = SPARE
    case.headers["X-Forwarded-For"] = ".".join(str(addresses.randrange(1, 255)) for _ in range(4))
