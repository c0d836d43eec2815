"""A small client for the tests of these servers. It waits where a server asks for it; it knows nothing of the suite."""

import json
import time
from email.utils import parsedate_to_datetime

import requests

from .page import Json, Settings
from .serving import Running

BUSY = (429, 503)
MAX_WAIT = 5.0
MAX_TRIES = 8


class Client:
    """Speaks to one running server."""

    def __init__(self, running: Running) -> None:
        self.running = running
        self.token: str | None = running.token
        self.session = requests.Session()
        self.session.trust_env = False

    def close(self) -> None:
        """Close the connections."""
        self.session.close()

    def url(self, extension_id: str) -> str:
        """The URL of the resource of an extension."""
        return f"{self.running.base_url}/extension/{extension_id}/phone/"

    def once(self, method: str, extension_id: str = "54", body: bytes | None = None) -> requests.Response:
        """Send one request, without a second try and without a redirect."""
        headers = {"Content-Type": "application/json"} if body is not None else {}
        if self.token is not None:
            headers["Authorization"] = f"Bearer {self.token}"
        url = self.url(extension_id)
        return self.session.request(method, url, data=body, headers=headers, timeout=15, allow_redirects=False)

    def send(self, method: str, extension_id: str = "54", body: bytes | None = None) -> requests.Response:
        """Send a request; wait and try again while the server is busy."""
        for _ in range(MAX_TRIES):
            try:
                response = self.once(method, extension_id, body)
            except requests.ConnectionError:
                # The server closed an idle connection: GET and PUT may be sent again (RFC 9110, 9.2.2).
                response = self.once(method, extension_id, body)
            if response.status_code not in BUSY:
                break
            time.sleep(min(wait_of(response), MAX_WAIT))
        return response

    def get(self, extension_id: str = "54") -> Settings:
        """The settings that GET answers."""
        return read(self.send("GET", extension_id))

    def put(self, changes: Settings, extension_id: str = "54") -> requests.Response:
        """Change settings, in the bytes that Python's json.dumps writes."""
        return self.send("PUT", extension_id, json.dumps(changes).encode())

    def fetch(self, **form: str) -> requests.Response:
        """Ask the token endpoint by a form."""
        credentials = {"client_id": self.running.client_id, "client_secret": self.running.client_secret}
        data = {"grant_type": "client_credentials"} | credentials | form
        url = self.running.origin + self.running.server.token_path
        return self.session.post(url, data=data, headers={"Accept": "application/json"}, timeout=15)

    def fetch_token(self) -> str:
        """A token, with HTTP Basic or a scope where the endpoint asks for it."""
        response = self.fetch()
        if response.status_code == 401:
            pair = (self.running.client_id, self.running.client_secret)
            url = self.running.origin + self.running.server.token_path
            response = self.session.post(url, data={"grant_type": "client_credentials"}, auth=pair, timeout=15)
        if response.status_code == 400:
            response = self.fetch(scope="phone.write")
        token = read(response).get("access_token")
        return token if isinstance(token, str) else ""


def read(response: requests.Response) -> Settings:
    """The JSON object of a response, or {} if it is none."""
    try:
        document = response.json()
    except ValueError:
        return {}
    return document if response.ok and isinstance(document, dict) else {}


def wait_of(response: requests.Response) -> float:
    """The seconds that Retry-After asks for."""
    value = response.headers.get("Retry-After", "0.5")
    try:
        return float(value)
    except ValueError:
        return max(parsedate_to_datetime(value).timestamp() - time.time(), 0.1)


def canonical(value: Json) -> str:
    """A value as text that keeps its JSON type: 60 and 60.0 are one number, 1 and true are two values."""
    return json.dumps(value, sort_keys=True, default=str) if not is_whole(value) else str(int(value))


def is_whole(value: Json) -> bool:
    """Whether a value is a number without a fraction."""
    return isinstance(value, float) and value.is_integer()


def same(one: Json, other: Json) -> bool:
    """Whether two values are the same in JSON."""
    return canonical(one) == canonical(other)
