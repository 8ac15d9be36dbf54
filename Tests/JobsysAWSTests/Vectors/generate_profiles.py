"""Writes profiles.json: what botocore reads from a pair of shared files.

Only files on which AWS's SDKs agree; botocore alone keeps comments within a line and takes ":" for "=".
Needs botocore (pip install botocore==1.43.106). Run it here: python3 generate_profiles.py > profiles.json
"""

import json
import os
import tempfile

from botocore.session import Session

CASES = {
    "nothing": ("", ""),
    "the default profile": ("[default]\nregion = eu-central-1\n", "[default]\naws_access_key_id=A\naws_secret_access_key = B\n"),
    "profiles by name": ("[profile a]\nregion=r1\n[profile b-1_2.3/@+%]\nregion = r2", "[c]\naws_access_key_id = C"),
    "a quoted name": ("[profile \"two words\"]\nregion = r\n[profile 'x']\nregion = s", ""),
    "the credentials file wins": ("[profile a]\nregion = r1\nx = 1", "[a]\nx = 2\ny = 3"),
    "sections that are no profiles": ("[preview]\nx = 1\n[plugins]\ny = 2\n[profile a]\nz = 3", ""),
    "sessions and services": (
        "[sso-session corp]\nsso_region = us-east-1\nsso_start_url = https://x/start\n"
        "[services local]\ndynamodb =\n  endpoint_url = http://localhost:8000\n  max_attempts = 1\n"
        "sqs = \n\tendpoint_url=http://localhost:9324/p?q=1\n[profile a]\nsso_session = corp\nservices = local", ""),
    "nested settings": ("[default]\ns3 =\n  max_concurrent_requests = 20\n\n  addressing_style = path\nregion = r", ""),
    "continued values": ("[default]\nx = 1\n  2\n\t3 \ny = 4", ""),
    "comments": ("# a\n; b\n[default]\n# c\nregion = r\n#d = e\n;f = g\n\n", ""),
    "CRLF": ("[default]\r\nregion = r\r\n\r\n[profile a]\r\nx =1\r\n", "[a]\r\ny= 2\r\n"),
    "names in upper case": ("[default]\nRegion = R\nAWS_Access_Key_ID = A", ""),
    "equals signs in values": ("[default]\ntoken = a=b==\ncredential_process = /bin/x --a=b \"c d\"", ""),
    "blanks": ("[default]   \nregion   =    r   \nempty =\nx=y z", ""),
    "unicode": ("[profile größe]\nx = é😀", "[größe]\ny = ü"),
    "an empty section": ("[profile a]\n[profile b]\nx = 1", ""),
    "no line break at the end": ("[default]\nregion = r", "[default]\nx = 1"),
}


def read(config, credentials):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in [("config", config), ("credentials", credentials)]:
            path = os.path.join(folder, name)
            with open(path, "w", encoding="utf-8", newline="") as file:
                file.write(text)
            os.environ["AWS_CONFIG_FILE" if name == "config" else "AWS_SHARED_CREDENTIALS_FILE"] = path
        full = Session().full_config
        return {key: full.get(key, {}) for key in ("profiles", "sso_sessions", "services")}


cases = [{"name": name, "config": config, "credentials": credentials, **read(config, credentials)}
         for name, (config, credentials) in CASES.items()]
print(json.dumps(cases, indent=1, ensure_ascii=False))
