"""Places on S3, asked before a run: Spark takes minutes to find out what is wrong, and says it in a stack trace."""

from __future__ import annotations

import os
from typing import Any, Literal
from urllib.parse import urlsplit

from sparkify.errors import UserError

# Who the caller is, as opposed to what the caller may do.
REFUSED = {
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "ExpiredToken",
    "InvalidToken",
    "TokenRefreshRequired",
    "RequestTimeTooSkewed",
}
MISSING = {"NoSuchBucket", "404"}
DENIED = {"AccessDenied", "AllAccessDisabled", "403"}


def check_readable(folder: str, option: str) -> None:
    """UserError unless there are objects below a folder, which the caller may list and read."""
    client = Client(folder, option)
    found = client.ask("list", client.s3.list_objects_v2, Prefix=f"{client.key}/", MaxKeys=1)
    if not found.get("Contents"):
        raise UserError(f"There is nothing below {folder}; name a place with log_data/ and song_data/ by {option}.")
    client.ask("read", client.s3.head_object, Key=found["Contents"][0]["Key"])


def check_writable(folder: str, option: str) -> None:
    """UserError unless the caller may list and write below a folder. Nothing is written."""
    client = Client(folder, option)
    client.ask("list", client.s3.list_objects_v2, Prefix=f"{client.key}/", MaxKeys=1)
    # An upload in parts that is taken back is no object at any moment.
    key = f"{client.key}/rights"
    upload = client.ask("write", client.s3.create_multipart_upload, Key=key)
    client.ask("write", client.s3.abort_multipart_upload, Key=key, UploadId=upload["UploadId"])


class Client:
    """S3 as it is asked about one folder."""

    def __init__(self, folder: str, option: str) -> None:
        # It takes a third of a second to import, and is of no use for local folders.
        import botocore.config
        import botocore.exceptions
        import botocore.session

        self.folder = folder
        self.option = option
        place = urlsplit(folder)
        self.bucket = place.netloc
        self.key = place.path.strip("/")
        self._exceptions = botocore.exceptions
        session = botocore.session.get_session()
        by_path = os.environ.get("SPARKIFY_S3_PATH_STYLE", "").lower() == "true"
        style: Literal["path", "auto"] = "path" if by_path else "auto"
        try:
            self.s3: Any = session.create_client(
                "s3",
                region_name=os.environ.get("AWS_REGION") or session.get_config_variable("region") or "us-east-1",
                config=botocore.config.Config(
                    connect_timeout=5,
                    read_timeout=20,
                    retries={"mode": "standard", "total_max_attempts": 2},
                    s3={"addressing_style": style},
                ),
            )
        except (botocore.exceptions.BotoCoreError, ValueError) as error:
            raise UserError(f"{_sentence(error)}; correct AWS_PROFILE, AWS_ENDPOINT_URL_S3 or AWS_REGION.") from error

    def keys(self, prefix: str) -> list[str]:
        """The keys of all objects below a prefix."""
        found: list[str] = []
        more: dict[str, Any] = {}
        while True:
            page = self.ask("list", self.s3.list_objects_v2, Prefix=prefix, **more)
            found += [each["Key"] for each in page.get("Contents", [])]
            if not page.get("IsTruncated"):
                return found
            more = {"ContinuationToken": page["NextContinuationToken"]}

    def ask(self, what: str, call: Any, **arguments: Any) -> Any:
        """The answer to a request about the bucket; UserError with what is wrong and what to do."""
        known = self._exceptions
        try:
            return call(Bucket=self.bucket, **arguments)
        except known.NoCredentialsError as error:
            raise UserError(
                "There are no credentials for S3; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE."
            ) from error
        except known.ClientError as error:
            raise UserError(self._explained(what, error.response)) from error
        except (known.ConnectionError, known.HTTPClientError) as error:
            raise UserError(
                f"S3 can't be reached at {self.s3.meta.endpoint_url}; check the network and AWS_ENDPOINT_URL_S3."
            ) from error
        except known.BotoCoreError as error:
            raise UserError(f"{_sentence(error)}; correct AWS's settings, or the place in {self.option}.") from error

    def _explained(self, what: str, response: Any) -> str:
        code = str(response["Error"].get("Code", ""))
        if code in REFUSED:
            return f"S3 refuses the credentials ({code}); check AWS_ACCESS_KEY_ID and its secret, or AWS_PROFILE."
        if code in MISSING:
            return f"There is no bucket {self.bucket}; create it, or name another by {self.option}."
        if code in DENIED:
            return (
                f"The credentials may not {what} {self.folder}; ask the owner of the bucket {self.bucket} for the "
                f"rights, or name another by {self.option}."
            )
        return f"S3 answers {code} when asked to {what} {self.folder}; correct the place in {self.option}."


def _sentence(error: Exception) -> str:
    return " ".join(str(error).split()).rstrip(".")
